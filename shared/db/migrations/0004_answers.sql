CREATE TABLE `answers` (
	`request_id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`key_id` text NOT NULL,
	`collection` text NOT NULL,
	`question` text NOT NULL,
	`turns` integer NOT NULL,
	`answer` text NOT NULL,
	`outcome` text NOT NULL,
	`abstention` text,
	`sources` text NOT NULL,
	`grounding` real,
	`route` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`rating` text,
	`comment` text,
	`correct_answer` text,
	`rated_by` text,
	`rated_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `answers_created` ON `answers` (`created_at_ms`);--> statement-breakpoint
CREATE INDEX `answers_rated` ON `answers` (`tenant_id`,`rated_at_ms`,`request_id`) WHERE rated_at_ms IS NOT NULL;