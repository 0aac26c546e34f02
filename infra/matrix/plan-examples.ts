import type { PlanRequirements } from '../../shared/domain/matrix/cells/cell.ts'

/** A question that somebody really has, how it is asked, and what makes the answer right. */
export type PlanExample = {
  readonly title: string
  readonly question: string
  /** After `fairlead plan`. */
  readonly options: string
  readonly requirements: PlanRequirements
  /** Why the answer is right; test/infra/plan-examples.test.ts checks it. */
  readonly why: string
}

export const PLAN_EXAMPLES: readonly PlanExample[] = [
  {
    title: 'Hospital reasoning for 200 people',
    question:
      'Answers over patient records from a large model, the first word within a second, 200 people at once.',
    options: '--tier l --max-ttft-ms 1000 --compliance hipaa --users 200',
    requirements: { tier: 'l', maxTimeToFirstTokenMs: 1_000, compliance: ['hipaa'], users: 200 },
    why: 'Only providers attested for HIPAA are left, on three levels: no GPU cloud of the matrix is. Replicas are counted by how many at once keep the second, so a fast GPU needs fewer; the price of a month decides, since replicas come whole.',
  },
  {
    title: 'A government contractor with health data',
    question: 'Medium model, HIPAA and FedRAMP together.',
    options: '--tier m --compliance hipaa,fedramp',
    requirements: { tier: 'm', compliance: ['hipaa', 'fedramp'] },
    why: 'Both must hold for one provider. Only hyperscalers hold FedRAMP, so our own racks, which hold HIPAA, lose: the requirements document would have admitted them, since it looks at HIPAA alone and stops.',
  },
  {
    title: 'Nothing leaves the building',
    question: 'Frontier model without any network to the outside.',
    options: '--tier xl --compliance air_gapped',
    requirements: { tier: 'xl', compliance: ['air_gapped'] },
    why: 'Only our own sites can be air-gapped. What stands there today comes before what must be bought: two machines of H100 before one of H200 or B200, although those cost less for each token.',
  },
  {
    title: 'German residency under GDPR',
    question: 'Medium model; text must stay in Germany, with a provider under GDPR.',
    options: '--tier m --compliance gdpr --residency de',
    requirements: { tier: 'm', compliance: ['gdpr'], residency: ['de'] },
    why: 'A provider needs the attestation and, at the same time, a German region with the GPU. Those with regions elsewhere in Europe lose by region, not by regime.',
  },
  {
    title: "A frontier model without machines of one's own",
    question: 'Frontier answers from serverless vendors only.',
    options: '--task frontier --level serverless',
    requirements: { task: 'frontier', levels: ['serverless'] },
    why: 'Of the serverless vendors only those with H200 or B200 hold the model in one machine and keep two seconds; eight H100 hold it in four bits only and read 28,416 tokens too slowly, and vendors rent no two machines together. Where a vendor scales to nothing the reasons name the cold start, which is minutes; Together keeps its machines, and they are paid for all month.',
  },
  {
    title: 'Five hundred chats on the smallest server GPU',
    question: 'Medium model on L40S only, for 500 people at once.',
    options: '--tier m --gpu l40s --users 500',
    requirements: { tier: 'm', gpus: ['l40s'], users: 500 },
    why: 'Every level sells it. The number of replicas is 500 over what one keeps within 300 ms, the same everywhere; prices alone order the levels.',
  },
  {
    title: 'Contracts of 100,000 tokens',
    question: 'Large model with a context of 131,072 tokens.',
    options: '--tier l --context-tokens 131072',
    requirements: { tier: 'l', contextTokens: 131_072 },
    why: "A plan must have that much room in its KV cache besides the weights (the promised times are for the tier's usual prompt, and the reasons say how long such a text takes), and a model that reads so far: Qwen2.5-72B stops at 32,768 without changing its configuration.",
  },
  {
    title: 'Llama and nothing else',
    question: 'The licence of Llama is approved, no other; large model.',
    options: '--tier l --model meta-llama/Llama-3.1-70B-Instruct',
    requirements: { tier: 'l', models: ['meta-llama/Llama-3.1-70B-Instruct'] },
    why: 'Every plan runs Llama-3.1-70B. It reads all of its 70 billion parameters for each token, a mixture of experts a tenth of its own, so it costs more than the plans without the wish.',
  },
  {
    title: 'Under a fiftieth of a cent',
    question: 'Small model for at most $0.0002 a thousand tokens, wherever.',
    options: '--tier s --max-usd-per-1k 0.0002',
    requirements: { tier: 's', maxUsdPerKTok: 0.0002 },
    why: 'Everything ranked costs at most that, and everything rejected says what it costs at least, or why it runs nowhere. Hyperscalers sell none of it.',
  },
  {
    title: 'Impossible on purpose',
    question: 'Frontier model with the first token within 200 ms.',
    options: '--tier xl --max-ttft-ms 200',
    requirements: { tier: 'xl', maxTimeToFirstTokenMs: 200 },
    why: 'Reading 28,416 tokens takes longer than that on eight of the fastest GPUs, so nothing is ranked, the command ends with 1, and every configuration says how late its first token would be.',
  },
]
