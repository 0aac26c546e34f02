import { AWS_SECRET } from '../doubles/aws.ts'
import { MODAL_HEADERS } from '../doubles/modal.ts'
import { ENTRA_SECRET, serviceAccount, startEntra, startGoogle } from '../doubles/tokens.ts'

export const VENDOR_KEY = 'e2e-vendor-key'
export const ENTRA_SCOPE = 'https://cognitiveservices.azure.com/.default'

/** The secrets of the vendors' doubles, as an operator would set them before the platform starts, and the token endpoints that two of them name. */
export async function setVendorSecrets(): Promise<{ stop(): Promise<void> }> {
  const [google, entra] = await Promise.all([startGoogle(), startEntra(ENTRA_SCOPE)])
  Object.assign(process.env, {
    ORIGIN_E2E_KEY: VENDOR_KEY,
    ORIGIN_E2E_MODAL_KEY: MODAL_HEADERS['modal-key'],
    ORIGIN_E2E_MODAL_SECRET: MODAL_HEADERS['modal-secret'],
    ORIGIN_E2E_AWS: JSON.stringify(AWS_SECRET),
    ORIGIN_E2E_GCP: JSON.stringify(serviceAccount(`${google.url}/token`)),
    ORIGIN_E2E_AZURE: JSON.stringify({ ...ENTRA_SECRET, authority: entra.url }),
  })
  return { stop: async () => void (await Promise.all([google.close(), entra.close()])) }
}
