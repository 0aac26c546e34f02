ALTER TABLE `endpoints` ADD `gpu_nano_usd_per_second` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `quality` real DEFAULT 0.5 NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `cold_start_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `warm_for_ms` integer DEFAULT 300000 NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `nominal_time_to_first_token_ms` real;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `nominal_time_per_output_token_ms` real;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `clearance` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `auth` text DEFAULT '{"type":"none"}' NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `mtls_binding` text;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `health_url` text;--> statement-breakpoint
ALTER TABLE `endpoints` ADD `metrics_url` text;--> statement-breakpoint
UPDATE `endpoints` SET `auth` = json_object('type', 'bearer', 'secretName', `secret_name`) WHERE `secret_name` IS NOT NULL;
