import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  casing: 'snake_case',
  schema: './shared/db/schema.ts',
  out: './shared/db/migrations',
})
