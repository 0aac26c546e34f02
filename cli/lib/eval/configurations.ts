import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { unreadable } from '../documents.ts'
import { EXIT, Failure } from '../failure.ts'

/** The `retrieval` object of a search; undefined is what the collection has. */
export type Retrieval = Readonly<Record<string, unknown>> | undefined

/** A name and the `retrieval` object that goes with every question. */
export type Configuration = { readonly name: string; readonly retrieval: Retrieval }

/** The configurations of these files, named by them, behind those that are there anyway. */
export function withFiles(first: readonly Configuration[], files: readonly string[]): Configuration[] {
  const configurations = [...first]
  for (const file of files) {
    const configuration = readConfiguration(file)
    if (configurations.some(({ name }) => name === configuration.name))
      throw refused(`${file}: there is a configuration "${configuration.name}" already; rename the file`)
    configurations.push(configuration)
  }
  return configurations
}

function readConfiguration(file: string): Configuration {
  const { data, error } = z.record(z.string(), z.unknown()).safeParse(readJson(file))
  if (error) throw refused(`${file} is not the object that "retrieval" of a search takes`)
  return { name: basename(file, '.json'), retrieval: data }
}

function readJson(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refused(`${file} is not JSON`, cause)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw refused(`${file} ${unreadable(cause)}`, cause)
  }
}

const refused = (what: string, cause?: unknown) => new Failure(EXIT.usage, `--config: ${what}`, { cause })
