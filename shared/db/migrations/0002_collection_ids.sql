CREATE TABLE `dropped_collections` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`profile` text NOT NULL,
	`embedder` text NOT NULL,
	`slots` integer NOT NULL,
	`dropped_at_ms` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `jobs_tenant`;--> statement-breakpoint
CREATE INDEX `jobs_collection` ON `jobs` (`tenant_id`,`collection`);--> statement-breakpoint
ALTER TABLE `collections` ADD `id` text NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `collections_id_unique` ON `collections` (`id`);--> statement-breakpoint
ALTER TABLE `document_versions` ADD `job_id` text NOT NULL;