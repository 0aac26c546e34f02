import { chatAnswer } from '../../http/chat-completions/answer.ts'
import { type ChatOptions, chatBody, chatUrl } from '../../http/chat-completions/request.ts'
import { callUpstream, type Upstream } from '../../http/upstream.ts'
import type { Generator } from '../../ports/generator.ts'

type Options = Upstream &
  ChatOptions & {
    /** Engines that run the chat template themselves can; hosted APIs refuse the fields. */
    readonly canContinue?: boolean
  }

/**
 * Any server with OpenAI's chat completions below a base URL that ends in the version (https://host/v1): vLLM, SGLang, TensorRT-LLM,
 * llama.cpp, Ollama, RunPod's OpenAI route, and the hosted APIs of AWS, Google and Microsoft.
 */
export function openaiCompatibleGenerator({ canContinue = true, ...upstream }: Options): Generator {
  const url = chatUrl(upstream)
  return {
    name: 'openai-compatible',
    canContinue,
    async generate(request, signal) {
      const json = chatBody(request, upstream)
      return chatAnswer(await callUpstream(upstream, { url, json }, signal), request)
    },
  }
}
