// Written by npm run fit:matrix from 719 measured points of AIConfigurator's silicon sample (Apache-2.0, 095f58a).
import type { Calibration } from './performance.ts'

export const CALIBRATION: Calibration = {
  "constants": {
    "bandwidth": 0.9046,
    "prefill": {
      "bf16": 0.6831,
      "fp8": 0.6831,
      "nvfp4": 0.4256
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
    "serverMs": 60.13,
    "firstWait": 0.1044,
    "expertsStep": 1.188,
    "expertsFirstMs": 163.7
  },
  "measured": [
    "Qwen/Qwen3-32B h100 bf16",
    "Qwen/Qwen3-32B h100 fp8",
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
  "reach": {
    "leastParameters": 32762123264,
    "mostParameters": 70553706496,
    "promptTokens": 8192
  },
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
          "low": 0.7283,
          "high": 1.388
        },
        "interpolated": {
          "low": 0.6071,
          "high": 1.558
        },
        "modelled": {
          "low": 0.6071,
          "high": 1.562
        }
      },
      "firstAmongMany": {
        "measured": {
          "low": 0.5429,
          "high": 1.293
        },
        "interpolated": {
          "low": 0.5429,
          "high": 1.602
        },
        "modelled": {
          "low": 0.4775,
          "high": 1.602
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
          "low": 0.6607,
          "high": 1.844
        },
        "interpolated": {
          "low": 0.6183,
          "high": 1.844
        },
        "modelled": {
          "low": 0.6183,
          "high": 1.844
        }
      },
      "firstAmongMany": {
        "measured": {
          "low": 0.6893,
          "high": 15.74
        },
        "interpolated": {
          "low": 0.6531,
          "high": 15.74
        },
        "modelled": {
          "low": 0.6531,
          "high": 15.74
        }
      }
    }
  }
}
