CREATE TABLE `templates` (
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`instructions` text,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `name`, `version`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `collections` ADD `retrieval` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `collections` ADD `synonyms` text DEFAULT '[]' NOT NULL;