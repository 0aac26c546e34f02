#!/usr/bin/env node
// Runs the CLI under the project's own Node 24, whatever Node started this file.
import { run } from '../scripts/run.mjs'

run('cli/main.ts', process.argv.slice(2))
