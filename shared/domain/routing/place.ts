/** Where a caller is, as far as the edge can tell. Degrees. */
export type Place = {
  readonly continent: string | null
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

/** North and east are positive, degrees. */
export type Coordinates = readonly [latitude: number, longitude: number]

/** What is assumed between two places of which one is unknown: half a continent away. */
export const UNKNOWN_RTT_MS = 80
/** From the caller's edge to an origin beside it. */
const NEAREST_RTT_MS = 4
/** Light in fibre covers 200 km a millisecond, both ways; routes are about 1.4 times as long as the great circle. */
const RTT_MS_PER_KM = (2 * 1.4) / 200
const EARTH_KM = 6_371

/** Rough middle of where people live, for a caller of whom only the continent is known. */
const CONTINENTS: Readonly<Record<string, Coordinates>> = {
  AF: [6, 15],
  AN: [-77, 166],
  AS: [25, 95],
  EU: [50, 10],
  NA: [39, -95],
  OC: [-33, 149],
  SA: [-18, -52],
}

/** The place in Cloudflare's `request.cf`, where every field is text and may be missing; null when there is nothing to go by. */
export function placeOf(cf: Readonly<Record<string, unknown>> | undefined): Place | null {
  const place = {
    continent: text(cf?.['continent']),
    country: text(cf?.['country']),
    latitude: degrees(cf?.['latitude'], 90),
    longitude: degrees(cf?.['longitude'], 180),
  }
  return coordinatesOf(place) ? place : null
}

/** Where to measure from: the coordinates, else the middle of the continent, else null. */
export function coordinatesOf(place: Place | null): Coordinates | null {
  if (!place) return null
  if (place.latitude !== null && place.longitude !== null) return [place.latitude, place.longitude]
  return CONTINENTS[place.continent ?? ''] ?? null
}

/** Expected round trip in milliseconds: 4 ms and 14 ms for every 1,000 km of great circle. */
export function roundTripMs(from: Coordinates | null, to: Coordinates | null): number {
  return from && to ? NEAREST_RTT_MS + RTT_MS_PER_KM * distanceKm(from, to) : UNKNOWN_RTT_MS
}

/** Great-circle distance (haversine). */
export function distanceKm([fromLatitude, fromLongitude]: Coordinates, to: Coordinates): number {
  const [toLatitude, toLongitude] = to
  const vertical = Math.sin(radians(toLatitude - fromLatitude) / 2) ** 2
  const horizontal = Math.sin(radians(toLongitude - fromLongitude) / 2) ** 2
  const chord = vertical + Math.cos(radians(fromLatitude)) * Math.cos(radians(toLatitude)) * horizontal
  return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, chord)))
}

const radians = (angle: number) => (angle * Math.PI) / 180
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

function degrees(value: unknown, limit: number): number | null {
  const angle = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof angle === 'number' && Math.abs(angle) <= limit ? angle : null
}
