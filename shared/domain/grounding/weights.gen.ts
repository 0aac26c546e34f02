// Generated: npm run eval:grounding -- --fit
export const GROUNDING = {
  intercept: -2.967,
  window: 1.166,
  together: 4.966,
  pairs: 0.442,
  talk: -3.471,
  threshold: 0.415,
} as const
