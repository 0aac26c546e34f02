import { resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '../../models/complexity')

export const WEIGHTS_FILE = resolve(FOLDER, 'weights.json')
export const CARD_FILE = resolve(FOLDER, 'card.json')
