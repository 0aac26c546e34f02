import { describe, expect, it } from 'vitest'
import {
  coordinatesOf,
  distanceKm,
  placeOf,
  roundTripMs,
  UNKNOWN_RTT_MS,
} from '../../../shared/domain/routing/place.ts'
import { regionCoordinates } from '../../../shared/domain/routing/regions.ts'

const NEW_YORK = [40.7, -74] as const
const LONDON = [51.5, -0.1] as const

describe('round trips', () => {
  it('measures the great circle', () => {
    expect(distanceKm(NEW_YORK, LONDON)).toBeCloseTo(5_570, -2)
    expect(distanceKm([0, 179], [0, -179])).toBeCloseTo(222, 0)
  })

  it('is what networks take: some 80 ms over the Atlantic, 4 ms at home', () => {
    expect(roundTripMs(NEW_YORK, LONDON)).toBeGreaterThan(70)
    expect(roundTripMs(NEW_YORK, LONDON)).toBeLessThan(95)
    expect(roundTripMs(NEW_YORK, NEW_YORK)).toBe(4)
  })

  it('assumes half a continent where one side is unknown', () => {
    expect(roundTripMs(null, LONDON)).toBe(UNKNOWN_RTT_MS)
    expect(roundTripMs(LONDON, null)).toBe(UNKNOWN_RTT_MS)
  })
})

describe('the place of a caller', () => {
  it('is read from text', () => {
    const place = placeOf({
      continent: 'EU',
      country: 'DE',
      latitude: '52.52',
      longitude: '13.40',
      colo: 'TXL',
    })
    expect(place).toEqual({ continent: 'EU', country: 'DE', latitude: 52.52, longitude: 13.4 })
  })

  it('falls back to the middle of the continent', () => {
    expect(coordinatesOf(placeOf({ continent: 'OC' }))).toEqual([-33, 149])
  })

  it.each([[undefined], [{}], [{ latitude: 'x', longitude: '13' }], [{ latitude: '91', longitude: '0' }]])(
    'is unknown for %j',
    (cf) => expect(placeOf(cf)).toBeNull(),
  )
})

describe('the place of an endpoint', () => {
  it.each([
    ['aws', 'eu-central-1', 50.1],
    ['aws', 'eu-central-1b', 50.1],
    ['gcp', 'us-central1-a', 41.3],
    ['coreweave', 'US-EAST-04A', 37.5],
    ['nyc', 'rack-1', 40.7],
    ['onprem', 'sf', 37.8],
  ])('%s %s', (provider, region, latitude) => {
    expect(regionCoordinates(provider, region)?.[0]).toBe(latitude)
  })

  it('is not guessed', () => {
    expect(regionCoordinates('aws', 'moon-1')).toBeNull()
    expect(regionCoordinates('local', 'local')).toBeNull()
  })
})
