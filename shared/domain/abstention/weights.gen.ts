// Generated: npm run eval:grounding -- --fit
export const ANSWERABILITY = {
  intercept: -4.305,
  coverage: 2.774,
  type: 0.723,
  facts: 1.739,
  leastCoverage: 0.143,
  leastChance: 0.141,
} as const
