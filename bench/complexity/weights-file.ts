import { resolve } from 'node:path'

export const WEIGHTS_FILE = resolve(import.meta.dirname, '../../models/complexity/weights.json')
