// Written by npm run fit:matrix from 719 measured points of AIConfigurator's silicon sample (Apache-2.0, 095f58a).
import type { Calibration } from './performance.ts'

export const CALIBRATION: Calibration = {
  "constants": {
    "bandwidth": 0.9046,
    "prefill": {
      "bf16": 0.3807,
      "fp8": 0.6054,
      "nvfp4": 0.3468
    },
    "betweenTokens": {
      "bf16": 0.7177,
      "fp8": 0.6995,
      "nvfp4": 0.4562
    },
    "link": 0.6297,
    "layerMs": 0.05675,
    "layerMsPerDoubling": 0.003884,
    "layerMsPerSequence": 0.0006049,
    "serverMs": 55.2,
    "firstWait": 0.07156,
    "expertsStep": 1.188,
    "expertsFirstMs": 176.6
  },
  "measured": [
    "Qwen/Qwen3-32B h100 bf16",
    "Qwen/Qwen3-32B h100 fp8",
    "deepseek-ai/DeepSeek-V3 b200 fp8",
    "deepseek-ai/DeepSeek-V3 b200 nvfp4",
    "deepseek-ai/DeepSeek-V3 h200 fp8",
    "meta-llama/Llama-3.1-70B-Instruct b200 fp8",
    "meta-llama/Llama-3.1-70B-Instruct b200 nvfp4",
    "meta-llama/Llama-3.1-70B-Instruct h100 fp8",
    "meta-llama/Llama-3.1-70B-Instruct h200 fp8"
  ],
  "measuredGpus": [
    "b200",
    "h100",
    "h200"
  ],
  "spreads": {
    "dense": {
      "token": {
        "measured": {
          "low": 0.8421,
          "high": 1.087
        },
        "interpolated": {
          "low": 0.8195,
          "high": 1.151
        },
        "modelled": {
          "low": 0.8195,
          "high": 1.151
        }
      },
      "firstAmongFew": {
        "measured": {
          "low": 0.7692,
          "high": 1.325
        },
        "interpolated": {
          "low": 0.7692,
          "high": 1.545
        },
        "modelled": {
          "low": 0.7226,
          "high": 1.606
        }
      },
      "firstAmongMany": {
        "measured": {
          "low": 0.6008,
          "high": 1.402
        },
        "interpolated": {
          "low": 0.6008,
          "high": 1.764
        },
        "modelled": {
          "low": 0.5022,
          "high": 1.764
        }
      }
    },
    "experts": {
      "token": {
        "measured": {
          "low": 0.7101,
          "high": 1.349
        },
        "interpolated": {
          "low": 0.6925,
          "high": 1.349
        },
        "modelled": {
          "low": 0.6925,
          "high": 1.349
        }
      },
      "firstAmongFew": {
        "measured": {
          "low": 0.6318,
          "high": 1.839
        },
        "interpolated": {
          "low": 0.6095,
          "high": 1.839
        },
        "modelled": {
          "low": 0.6095,
          "high": 1.839
        }
      },
      "firstAmongMany": {
        "measured": {
          "low": 0.6817,
          "high": 16.54
        },
        "interpolated": {
          "low": 0.6499,
          "high": 16.54
        },
        "modelled": {
          "low": 0.6499,
          "high": 16.54
        }
      }
    }
  }
}
