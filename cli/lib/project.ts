import { resolve } from 'node:path'

/** The checkout that this command line is part of. */
export const PROJECT = resolve(import.meta.dirname, '../..')
/** The collection that holds the project's own documents. */
export const HANDBOOK = 'handbook'
