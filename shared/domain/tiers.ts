/** Model size, smallest first. The order is the order of capability. */
export const TIERS = ['s', 'm', 'l', 'xl'] as const
export type Tier = (typeof TIERS)[number]

export const LEVELS = ['hyperscaler', 'gpu_native', 'serverless', 'on_premises'] as const
export type Level = (typeof LEVELS)[number]
