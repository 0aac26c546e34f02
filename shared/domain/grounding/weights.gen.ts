// Generated: npm run eval:grounding -- --fit
export const GROUNDING = {
  intercept: -3.051,
  coverage: 6.484,
  talk: -3.398,
  threshold: 0.42,
} as const
