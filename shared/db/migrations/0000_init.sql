CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`collections` text,
	`principals` text NOT NULL,
	`expires_at_ms` integer,
	`revoked_at_ms` integer,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `api_keys_tenant` ON `api_keys` (`tenant_id`);--> statement-breakpoint
CREATE TABLE `collections` (
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`id` text NOT NULL,
	`profile` text NOT NULL,
	`embedder` text NOT NULL,
	`store` text NOT NULL,
	`slots` integer NOT NULL,
	`labels` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `name`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `collections_id_unique` ON `collections` (`id`);--> statement-breakpoint
CREATE TABLE `document_versions` (
	`tenant_id` text NOT NULL,
	`collection` text NOT NULL,
	`document_id` text NOT NULL,
	`version` integer NOT NULL,
	`state` text NOT NULL,
	`job_id` text NOT NULL,
	`content_hash` text NOT NULL,
	`media_type` text NOT NULL,
	`title` text,
	`metadata` text NOT NULL,
	`acl` text,
	`labels` text NOT NULL,
	`bytes` integer NOT NULL,
	`chunks` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `collection`, `document_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `documents` (
	`tenant_id` text NOT NULL,
	`collection` text NOT NULL,
	`id` text NOT NULL,
	`latest_version` integer NOT NULL,
	`live_version` integer,
	`deleted_at_ms` integer,
	`updated_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `collection`, `id`),
	CONSTRAINT "documents_live_is_known" CHECK(live_version IS NULL OR live_version <= latest_version)
);
--> statement-breakpoint
CREATE TABLE `dropped_collections` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`profile` text NOT NULL,
	`embedder` text NOT NULL,
	`slots` integer NOT NULL,
	`dropped_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`kind` text NOT NULL,
	`model` text NOT NULL,
	`tier` text NOT NULL,
	`level` text NOT NULL,
	`provider` text NOT NULL,
	`region` text NOT NULL,
	`configuration` text,
	`context_tokens` integer NOT NULL,
	`max_concurrency` integer NOT NULL,
	`input_nano_usd_per_k_tok` integer NOT NULL,
	`output_nano_usd_per_k_tok` integer NOT NULL,
	`compliance` text NOT NULL,
	`residency` text NOT NULL,
	`secret_name` text,
	`drained` integer DEFAULT false NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`collection` text NOT NULL,
	`document_id` text NOT NULL,
	`version` integer NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_unfinished` ON `jobs` (`state`,`updated_at_ms`);--> statement-breakpoint
CREATE INDEX `jobs_collection` ON `jobs` (`tenant_id`,`collection`);--> statement-breakpoint
CREATE TABLE `tenants` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`plan` text DEFAULT 'free' NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `usage_dirty_hours` (
	`tenant_id` text NOT NULL,
	`start_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `start_ms`)
);
--> statement-breakpoint
CREATE TABLE `usage_events` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`key_id` text NOT NULL,
	`occurred_at_ms` integer NOT NULL,
	`collection` text,
	`tier` text,
	`endpoint_id` text NOT NULL,
	`configuration` text,
	`provider` text NOT NULL,
	`region` text NOT NULL,
	`level` text,
	`model` text NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`estimated` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `usage_events_tenant_time` ON `usage_events` (`tenant_id`,`occurred_at_ms`);--> statement-breakpoint
CREATE TABLE `usage_rollups` (
	`grain` text NOT NULL,
	`start_ms` integer NOT NULL,
	`tenant_id` text NOT NULL,
	`key_id` text NOT NULL,
	`tier` text NOT NULL,
	`endpoint_id` text NOT NULL,
	`requests` integer NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	PRIMARY KEY(`grain`, `start_ms`, `tenant_id`, `key_id`, `tier`, `endpoint_id`)
);
--> statement-breakpoint
CREATE INDEX `usage_rollups_tenant` ON `usage_rollups` (`tenant_id`,`grain`,`start_ms`);