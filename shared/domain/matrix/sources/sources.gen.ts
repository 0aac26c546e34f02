// Generated from infra/matrix/*.yaml by npm run gen: change those.
import type { MatrixSources } from './sources.ts'

/** What models, GPUs, providers and tiers are, and what they cost. */
export const MATRIX: MatrixSources = {
  "models": [
    {
      "name": "Qwen/Qwen2.5-3B-Instruct",
      "tier": "s",
      "parameters": 3085938688,
      "activeParameters": 3085938688,
      "layers": 36,
      "hidden": 2048,
      "intermediate": 11008,
      "vocabulary": 151936,
      "attention": {
        "kind": "grouped",
        "queryHeads": 16,
        "kvHeads": 2,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 32768,
      "source": "config.json, mirrored in citsjtu2020/LLM-Prof sglang/Model_Config.md and osllmai-community/Qwen2.5-3B-Instruct",
      "readOn": "2026-11-25"
    },
    {
      "name": "microsoft/Phi-3-mini-4k-instruct",
      "tier": "s",
      "parameters": 3821079552,
      "activeParameters": 3821079552,
      "layers": 32,
      "hidden": 3072,
      "intermediate": 8192,
      "vocabulary": 32064,
      "attention": {
        "kind": "grouped",
        "queryHeads": 32,
        "kvHeads": 32,
        "headDimension": 96
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 4096,
      "source": "config.json, mirrored in keras-hub phi3_presets.py; key heads from the default of the configuration",
      "readOn": "2026-11-25"
    },
    {
      "name": "meta-llama/Llama-3.2-3B-Instruct",
      "tier": "s",
      "parameters": 3212749824,
      "activeParameters": 3212749824,
      "layers": 28,
      "hidden": 3072,
      "intermediate": 8192,
      "vocabulary": 128256,
      "attention": {
        "kind": "grouped",
        "queryHeads": 24,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 131072,
      "source": "config.json, mirrored in citsjtu2020/LLM-Prof sglang/Model_Config.md",
      "readOn": "2026-11-25"
    },
    {
      "name": "meta-llama/Llama-3.1-8B-Instruct",
      "tier": "m",
      "parameters": 8030261248,
      "activeParameters": 8030261248,
      "layers": 32,
      "hidden": 4096,
      "intermediate": 14336,
      "vocabulary": 128256,
      "attention": {
        "kind": "grouped",
        "queryHeads": 32,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 131072,
      "source": "config.json, mirrored in ai-dynamo/aiconfigurator 095f58a model_configs",
      "readOn": "2026-11-25"
    },
    {
      "name": "mistralai/Mistral-7B-Instruct-v0.3",
      "tier": "m",
      "parameters": 7248023552,
      "activeParameters": 7248023552,
      "layers": 32,
      "hidden": 4096,
      "intermediate": 14336,
      "vocabulary": 32768,
      "attention": {
        "kind": "grouped",
        "queryHeads": 32,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 32768,
      "source": "config.json, mirrored in unsloth/mistral-7b-v0.3",
      "readOn": "2026-11-25"
    },
    {
      "name": "Qwen/Qwen2.5-14B-Instruct",
      "tier": "m",
      "parameters": 14770033664,
      "activeParameters": 14770033664,
      "layers": 48,
      "hidden": 5120,
      "intermediate": 13824,
      "vocabulary": 152064,
      "attention": {
        "kind": "grouped",
        "queryHeads": 40,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 32768,
      "source": "config.json, mirrored in citsjtu2020/LLM-Prof sglang/Model_Config.md and ZHUI/paddlenlp_model_readme",
      "readOn": "2026-11-25"
    },
    {
      "name": "meta-llama/Llama-3.1-70B-Instruct",
      "tier": "l",
      "parameters": 70553706496,
      "activeParameters": 70553706496,
      "layers": 80,
      "hidden": 8192,
      "intermediate": 28672,
      "vocabulary": 128256,
      "attention": {
        "kind": "grouped",
        "queryHeads": 64,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 131072,
      "source": "config.json, mirrored in ai-dynamo/aiconfigurator 095f58a model_configs",
      "readOn": "2026-11-25"
    },
    {
      "name": "Qwen/Qwen2.5-72B-Instruct",
      "tier": "l",
      "parameters": 72706203648,
      "activeParameters": 72706203648,
      "layers": 80,
      "hidden": 8192,
      "intermediate": 29568,
      "vocabulary": 152064,
      "attention": {
        "kind": "grouped",
        "queryHeads": 64,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 32768,
      "source": "dimensions from ssmits/Qwen2.5-95B, which repeats layers of it; the layer count is the published one",
      "readOn": "2026-11-25"
    },
    {
      "name": "deepseek-ai/DeepSeek-V2.5",
      "tier": "l",
      "parameters": 235741434880,
      "activeParameters": 21375800320,
      "layers": 60,
      "hidden": 5120,
      "intermediate": 12288,
      "vocabulary": 102400,
      "attention": {
        "kind": "latent",
        "queryHeads": 128,
        "latentDimension": 512,
        "ropeDimension": 64
      },
      "experts": {
        "routed": 160,
        "shared": 2,
        "perToken": 6,
        "intermediate": 1536,
        "denseLayers": 1
      },
      "nativePrecision": "bf16",
      "contextTokens": 163840,
      "source": "config.json of nm-testing/DeepSeek-V2.5-W4A16",
      "readOn": "2026-11-25"
    },
    {
      "name": "meta-llama/Llama-3.1-405B-Instruct",
      "tier": "xl",
      "parameters": 405853388800,
      "activeParameters": 405853388800,
      "layers": 126,
      "hidden": 16384,
      "intermediate": 53248,
      "vocabulary": 128256,
      "attention": {
        "kind": "grouped",
        "queryHeads": 128,
        "kvHeads": 8,
        "headDimension": 128
      },
      "experts": null,
      "nativePrecision": "bf16",
      "contextTokens": 131072,
      "source": "config.json, mirrored in ai-dynamo/aiconfigurator 095f58a model_configs",
      "readOn": "2026-11-25"
    },
    {
      "name": "deepseek-ai/DeepSeek-V3",
      "tier": "xl",
      "parameters": 671026404352,
      "activeParameters": 37552282624,
      "layers": 61,
      "hidden": 7168,
      "intermediate": 18432,
      "vocabulary": 129280,
      "attention": {
        "kind": "latent",
        "queryHeads": 128,
        "latentDimension": 512,
        "ropeDimension": 64
      },
      "experts": {
        "routed": 256,
        "shared": 1,
        "perToken": 8,
        "intermediate": 2048,
        "denseLayers": 3
      },
      "nativePrecision": "fp8",
      "contextTokens": 163840,
      "source": "config.json, mirrored in ai-dynamo/aiconfigurator 095f58a model_configs",
      "readOn": "2026-11-25"
    }
  ],
  "gpus": {
    "b200": {
      "name": "b200",
      "title": "NVIDIA B200 SXM",
      "architecture": "blackwell",
      "sm": 100,
      "memoryBytes": 193273528320,
      "bytesPerSecond": 7700000000000,
      "flops": {
        "bf16": 2250000000000000,
        "fp8": 4500000000000000,
        "nvfp4": 9000000000000000
      },
      "link": "nvlink",
      "linkBytesPerSecond": 900000000000,
      "interNodeBytesPerSecond": 100000000000,
      "watts": 1000,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 40000000000000,
      "source": "ai-dynamo/aiconfigurator 095f58a systems/b200_sxm.yaml; purchase from datastorage.com/gpu/nvidia-b200",
      "readOn": "2026-11-25"
    },
    "h200": {
      "name": "h200",
      "title": "NVIDIA H200 SXM",
      "architecture": "hopper",
      "sm": 90,
      "memoryBytes": 151397597184,
      "bytesPerSecond": 4800000000000,
      "flops": {
        "bf16": 989000000000000,
        "fp8": 1979000000000000
      },
      "link": "nvlink",
      "linkBytesPerSecond": 450000000000,
      "interNodeBytesPerSecond": 50000000000,
      "watts": 700,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 32000000000000,
      "source": "ai-dynamo/aiconfigurator 095f58a systems/h200_sxm.yaml; purchase from the Hugging Face hardware pages",
      "readOn": "2026-11-25"
    },
    "h100": {
      "name": "h100",
      "title": "NVIDIA H100 SXM",
      "architecture": "hopper",
      "sm": 90,
      "memoryBytes": 85899345920,
      "bytesPerSecond": 3350000000000,
      "flops": {
        "bf16": 989000000000000,
        "fp8": 1979000000000000
      },
      "link": "nvlink",
      "linkBytesPerSecond": 450000000000,
      "interNodeBytesPerSecond": 50000000000,
      "watts": 700,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 30000000000000,
      "source": "ai-dynamo/aiconfigurator 095f58a systems/h100_sxm.yaml; purchase from the Hugging Face hardware pages",
      "readOn": "2026-11-25"
    },
    "a100": {
      "name": "a100",
      "title": "NVIDIA A100 SXM 80 GB",
      "architecture": "ampere",
      "sm": 80,
      "memoryBytes": 85899345920,
      "bytesPerSecond": 2039000000000,
      "flops": {
        "bf16": 312000000000000
      },
      "link": "nvlink",
      "linkBytesPerSecond": 300000000000,
      "interNodeBytesPerSecond": 25000000000,
      "watts": 400,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 15000000000000,
      "source": "ai-dynamo/aiconfigurator 095f58a systems/a100_sxm.yaml; purchase assumed, half of an H100",
      "readOn": "2026-11-25"
    },
    "l40s": {
      "name": "l40s",
      "title": "NVIDIA L40S",
      "architecture": "ada",
      "sm": 89,
      "memoryBytes": 48305799168,
      "bytesPerSecond": 864000000000,
      "flops": {
        "bf16": 362050000000000,
        "fp8": 733000000000000
      },
      "link": "pcie",
      "linkBytesPerSecond": 32000000000,
      "interNodeBytesPerSecond": 50000000000,
      "watts": 350,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 8500000000000,
      "source": "ai-dynamo/aiconfigurator 095f58a systems/l40s.yaml; purchase from the Hugging Face hardware pages",
      "readOn": "2026-11-25"
    },
    "rtx4090": {
      "name": "rtx4090",
      "title": "NVIDIA GeForce RTX 4090",
      "architecture": "ada",
      "sm": 89,
      "memoryBytes": 25757220864,
      "bytesPerSecond": 1008000000000,
      "flops": {
        "bf16": 165200000000000,
        "fp8": 330300000000000
      },
      "link": "pcie",
      "linkBytesPerSecond": 32000000000,
      "interNodeBytesPerSecond": 10000000000,
      "watts": 450,
      "gpusPerNode": 8,
      "purchaseNanoUsd": 1599000000000,
      "source": "waredb.com nvidia-geforce-rtx-4090; purchase is the launch price; network between nodes assumed, ordinary Ethernet",
      "readOn": "2026-11-25"
    }
  },
  "providers": [
    {
      "name": "aws",
      "title": "Amazon Web Services",
      "level": "hyperscaler",
      "regions": [
        {
          "name": "us-east-1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-east-2",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-west-1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-west-2",
          "residency": [
            "us"
          ]
        },
        {
          "name": "eu-north-1",
          "residency": [
            "eu",
            "se"
          ]
        },
        {
          "name": "eu-central-1",
          "residency": [
            "eu",
            "de"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "p6-b200.48xlarge",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1",
            "us-west-2"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "p5en.48xlarge",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1",
            "us-west-1",
            "us-west-2",
            "eu-north-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "p5.48xlarge",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json",
          "readOn": "2026-11-09"
        },
        {
          "gpu": "h100",
          "instance": "p5.4xlarge",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us-west-2"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "p4de.24xlarge",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json",
          "readOn": "2026-11-09"
        },
        {
          "gpu": "l40s",
          "instance": "g6e.xlarge",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us-east-1",
            "us-east-2",
            "us-west-2"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "g6e.12xlarge",
          "gpuCounts": [
            4
          ],
          "regions": [
            "us-east-1",
            "us-east-2",
            "us-west-2",
            "eu-central-1",
            "eu-north-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "g6e.48xlarge",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1",
            "us-east-2",
            "us-west-2"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 00148f2a v8/aws/vms.csv",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "pci-dss",
          "source": "aws.amazon.com/compliance as listed in api-evangelist/aws security/aws-trust-center.yml",
          "readOn": "2026-07-11"
        },
        {
          "regime": "hipaa",
          "source": "aws.amazon.com/compliance as listed in api-evangelist/aws security/aws-trust-center.yml",
          "readOn": "2026-07-11"
        },
        {
          "regime": "fedramp",
          "source": "aws.amazon.com/compliance as listed in api-evangelist/aws security/aws-trust-center.yml",
          "readOn": "2026-07-11"
        },
        {
          "regime": "gdpr",
          "source": "aws.amazon.com/compliance as listed in api-evangelist/aws security/aws-trust-center.yml",
          "readOn": "2026-07-11"
        },
        {
          "regime": "soc2",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "iso27001",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "c5",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 300000,
      "loadBytesPerSecond": 2000000000
    },
    {
      "name": "gcp",
      "title": "Google Cloud",
      "level": "hyperscaler",
      "regions": [
        {
          "name": "us-central1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-east4",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-west1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "europe-west1",
          "residency": [
            "eu",
            "be"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "h200",
          "instance": "a3-ultragpu-8g",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-central1",
            "us-east4",
            "us-west1",
            "europe-west1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "Hugging Face tanod/cloud-gpu-list-prices",
          "readOn": "2026-10-13"
        },
        {
          "gpu": "h100",
          "instance": "a3-highgpu-8g",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-central1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "requirements document section 7; region from tgarg01/silybench-data derived/cost.json",
          "readOn": "2026-09-26"
        },
        {
          "gpu": "a100",
          "instance": "a2-ultragpu-8g",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-central1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "requirements document section 7; region assumed",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "hipaa",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "pci-dss",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "fedramp",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "gdpr",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "iso27001",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 300000,
      "loadBytesPerSecond": 2000000000
    },
    {
      "name": "azure",
      "title": "Microsoft Azure",
      "level": "hyperscaler",
      "regions": [
        {
          "name": "eastus",
          "residency": [
            "us"
          ]
        },
        {
          "name": "westeurope",
          "residency": [
            "eu",
            "nl"
          ]
        },
        {
          "name": "germanywestcentral",
          "residency": [
            "eu",
            "de"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "h100",
          "instance": "Standard_ND96isr_H100_v5",
          "gpuCounts": [
            8
          ],
          "regions": [
            "eastus",
            "germanywestcentral"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/README.md; regions assumed",
          "readOn": "2026-11-09"
        },
        {
          "gpu": "a100",
          "instance": "Standard_NC24ads_A100_v4",
          "gpuCounts": [
            1
          ],
          "regions": [
            "eastus",
            "westeurope"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json; westeurope assumed",
          "readOn": "2026-11-09"
        },
        {
          "gpu": "a100",
          "instance": "Standard_NC48ads_A100_v4",
          "gpuCounts": [
            2
          ],
          "regions": [
            "eastus",
            "westeurope"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json; westeurope assumed",
          "readOn": "2026-11-09"
        },
        {
          "gpu": "a100",
          "instance": "Standard_NC96ads_A100_v4",
          "gpuCounts": [
            4
          ],
          "regions": [
            "eastus",
            "westeurope"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json; westeurope assumed",
          "readOn": "2026-11-09"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "hipaa",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "pci-dss",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "fedramp",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "gdpr",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "iso27001",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "c5",
          "source": "vendor compliance page, not read; requirements document section 13",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 300000,
      "loadBytesPerSecond": 2000000000
    },
    {
      "name": "coreweave",
      "title": "CoreWeave",
      "level": "gpu_native",
      "regions": [
        {
          "name": "us-east-04",
          "residency": [
            "us"
          ]
        },
        {
          "name": "us-east-06",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "b200-8x",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-04",
            "us-east-06"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "h200",
          "instance": "gd-8xh200ib-i128",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-04",
            "us-east-06"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "h100",
          "instance": "gd-8xh100ib-i128",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-04",
            "us-east-06"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "a100",
          "instance": "gd-8xa100-i128",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-04",
            "us-east-06"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "l40s",
          "instance": "gd-8xl40s-i128",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-04",
            "us-east-06"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans; region assumed",
          "readOn": "2026-09-20"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "trust.coreweave.com as probed in api-evangelist/coreweave security",
          "readOn": "2026-07-11"
        },
        {
          "regime": "iso27001",
          "source": "trust.coreweave.com as probed in api-evangelist/coreweave security",
          "readOn": "2026-07-11"
        }
      ],
      "provisionMs": 240000,
      "loadBytesPerSecond": 3000000000
    },
    {
      "name": "lambda",
      "title": "Lambda",
      "level": "gpu_native",
      "regions": [
        {
          "name": "us-east-1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "europe-central-1",
          "residency": [
            "eu",
            "de"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "gpu_1x_b200_sxm6",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0f407038 v8/lambda/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "b200",
          "instance": "gpu_2x_b200_sxm6",
          "gpuCounts": [
            2
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0f407038 v8/lambda/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "b200",
          "instance": "gpu_8x_b200_sxm6",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 0f407038 v8/lambda/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "gpu_1x_h100_sxm5",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "tgarg01/silybench-data derived/cost.json",
          "readOn": "2026-09-25"
        },
        {
          "gpu": "h100",
          "instance": "gpu_8x_h100_sxm5",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1",
            "europe-central-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "tgarg01/silybench-data derived/cost.json; europe-central-1 assumed",
          "readOn": "2026-09-25"
        },
        {
          "gpu": "a100",
          "instance": "gpu_8x_a100_80gb_sxm4",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east-1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "tgarg01/silybench-data derived/cost.json",
          "readOn": "2026-09-25"
        }
      ],
      "billing": {
        "unit": "minute",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "trust.lambda.ai as probed in api-evangelist/lambda-labs security",
          "readOn": "2026-07-11"
        }
      ],
      "provisionMs": 240000,
      "loadBytesPerSecond": 3000000000
    },
    {
      "name": "crusoe",
      "title": "Crusoe",
      "level": "gpu_native",
      "regions": [
        {
          "name": "us-east1",
          "residency": [
            "us"
          ]
        },
        {
          "name": "eu-iceland1",
          "residency": [
            "eea",
            "is"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "b200-180gb-sxm-ib.8x",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans; region assumed; price on request",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "h200",
          "instance": "h200-141gb-sxm-ib.8x",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "h100",
          "instance": "h100-80gb-sxm-ib.8x",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east1",
            "eu-iceland1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "a100",
          "instance": "a100-80gb-sxm-ib.8x",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-east1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans; region assumed",
          "readOn": "2026-09-20"
        },
        {
          "gpu": "l40s",
          "instance": "l40s-48gb",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east1",
            "eu-iceland1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans; region assumed",
          "readOn": "2026-09-20"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "Crusoe's own announcements and llms.txt as listed in api-evangelist/crusoe security",
          "readOn": "2026-08-04"
        },
        {
          "regime": "iso27001",
          "source": "Crusoe's own announcements and llms.txt as listed in api-evangelist/crusoe security",
          "readOn": "2026-08-04"
        },
        {
          "regime": "gdpr",
          "source": "Crusoe's own announcements and llms.txt as listed in api-evangelist/crusoe security",
          "readOn": "2026-08-04"
        }
      ],
      "provisionMs": 240000,
      "loadBytesPerSecond": 3000000000
    },
    {
      "name": "nebius",
      "title": "Nebius",
      "level": "gpu_native",
      "regions": [
        {
          "name": "eu-north1",
          "residency": [
            "eu",
            "fi"
          ]
        },
        {
          "name": "us-central1",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "gpu-b200-sxm_8gpu-160vcpu-1792gb",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-central1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "gpu-h200-sxm_1gpu-16vcpu-200gb",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us-central1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "gpu-h200-sxm_8gpu-128vcpu-1600gb",
          "gpuCounts": [
            8
          ],
          "regions": [
            "us-central1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "gpu-h100-sxm_1gpu-16vcpu-200gb",
          "gpuCounts": [
            1
          ],
          "regions": [
            "eu-north1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "gpu-h100-sxm_8gpu-128vcpu-1600gb",
          "gpuCounts": [
            8
          ],
          "regions": [
            "eu-north1"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "gpu-l40s-a_1gpu-8vcpu-32gb",
          "gpuCounts": [
            1
          ],
          "regions": [
            "eu-north1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "gpu-l40s-d_2gpu-64vcpu-384gb",
          "gpuCounts": [
            2
          ],
          "regions": [
            "eu-north1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "gpu-l40s-d_4gpu-128vcpu-768gb",
          "gpuCounts": [
            4
          ],
          "regions": [
            "eu-north1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "skypilot-catalog 0082b043 v8/nebius/vms.csv",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "hour",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        },
        {
          "regime": "iso27001",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        },
        {
          "regime": "gdpr",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 240000,
      "loadBytesPerSecond": 3000000000
    },
    {
      "name": "runpod",
      "title": "RunPod",
      "level": "serverless",
      "regions": [
        {
          "name": "us-ks-2",
          "residency": [
            "us"
          ]
        },
        {
          "name": "eu-ro-1",
          "residency": [
            "eu",
            "ro"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "NVIDIA B200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "HOPPER_141",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "ADA_80_PRO",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "AMPERE_80",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "ADA_48_PRO",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "rtx4090",
          "instance": "ADA_24",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-ks-2",
            "eu-ro-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.runpod.io/serverless/pricing; regions assumed",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "second",
        "idleSeconds": 5,
        "scalesToZero": true
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "trust.runpod.io as probed in api-evangelist/runpod security",
          "readOn": "2026-07-11"
        }
      ],
      "provisionMs": 10000,
      "loadBytesPerSecond": 2000000000
    },
    {
      "name": "modal",
      "title": "Modal",
      "level": "serverless",
      "regions": [
        {
          "name": "us-east",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "B200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "modal.com/docs/guide/gpu",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "H200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "modal.com/docs/guide/gpu",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "H100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "modal.com/docs/guide/gpu",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "A100-80GB",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "modal.com/docs/guide/gpu",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "L40S",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-east"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "modal.com/docs/guide/gpu",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "second",
        "idleSeconds": 60,
        "scalesToZero": true
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "modal.com/docs/guide/security as listed in api-evangelist/modal-labs security; HIPAA under an agreement of the Enterprise plan",
          "readOn": "2026-09-18"
        },
        {
          "regime": "hipaa",
          "source": "modal.com/docs/guide/security as listed in api-evangelist/modal-labs security; HIPAA under an agreement of the Enterprise plan",
          "readOn": "2026-09-18"
        }
      ],
      "provisionMs": 10000,
      "loadBytesPerSecond": 2000000000
    },
    {
      "name": "replicate",
      "title": "Replicate",
      "level": "serverless",
      "regions": [
        {
          "name": "us",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "h100",
          "instance": "gpu-h100",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "replicate.com/pricing as transcribed in api-evangelist/replicate plans",
          "readOn": "2026-10-07"
        },
        {
          "gpu": "a100",
          "instance": "gpu-a100-large",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "replicate.com/pricing as transcribed in api-evangelist/replicate plans",
          "readOn": "2026-10-07"
        },
        {
          "gpu": "l40s",
          "instance": "gpu-l40s",
          "gpuCounts": [
            1
          ],
          "regions": [
            "us"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "replicate.com/pricing as transcribed in api-evangelist/replicate plans",
          "readOn": "2026-10-07"
        }
      ],
      "billing": {
        "unit": "second",
        "idleSeconds": 60,
        "scalesToZero": true
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 20000,
      "loadBytesPerSecond": 1000000000
    },
    {
      "name": "together",
      "title": "Together AI",
      "level": "serverless",
      "regions": [
        {
          "name": "us-central-1",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "1x_nvidia_b200_180gb_sxm",
          "gpuCounts": [
            1,
            8
          ],
          "regions": [
            "us-central-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.together.ai/docs/dedicated-endpoints/overview; region assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "1x_nvidia_h200_140gb_sxm",
          "gpuCounts": [
            1,
            4,
            8
          ],
          "regions": [
            "us-central-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.together.ai/docs/dedicated-endpoints/overview; region assumed",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "1x_nvidia_h100_80gb_sxm",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "us-central-1"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "docs.together.ai/docs/dedicated-endpoints/overview; region assumed",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "minute",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        },
        {
          "regime": "hipaa",
          "source": "vendor trust page, not read; assumed",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 300000,
      "loadBytesPerSecond": 3000000000
    },
    {
      "name": "nyc",
      "title": "New York",
      "level": "on_premises",
      "regions": [
        {
          "name": "nyc",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "HGX B200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "HGX H200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "HGX H100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "HGX A100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "PCIe server with 8 L40S",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "rtx4090",
          "instance": "workstations with 8 RTX 4090",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "nyc"
          ],
          "isMultiNode": false,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "owned",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "hipaa",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "pci-dss",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "air_gapped",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 0,
      "loadBytesPerSecond": 5000000000
    },
    {
      "name": "sf",
      "title": "San Francisco",
      "level": "on_premises",
      "regions": [
        {
          "name": "sf",
          "residency": [
            "us"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "HGX B200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "HGX H200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "HGX H100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "HGX A100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": true,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "PCIe server with 8 L40S",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": false,
          "isInstalled": true,
          "source": "requirements document section 7",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "rtx4090",
          "instance": "workstations with 8 RTX 4090",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "sf"
          ],
          "isMultiNode": false,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "owned",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "soc2",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "hipaa",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "pci-dss",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        },
        {
          "regime": "air_gapped",
          "source": "the owner's own audit; requirements document section 13",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 0,
      "loadBytesPerSecond": 5000000000
    },
    {
      "name": "fra",
      "title": "Frankfurt",
      "level": "on_premises",
      "regions": [
        {
          "name": "fra",
          "residency": [
            "eu",
            "de"
          ]
        }
      ],
      "offers": [
        {
          "gpu": "b200",
          "instance": "HGX B200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h200",
          "instance": "HGX H200",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "h100",
          "instance": "HGX H100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "a100",
          "instance": "HGX A100",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": true,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "l40s",
          "instance": "PCIe server with 8 L40S",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": false,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        },
        {
          "gpu": "rtx4090",
          "instance": "workstations with 8 RTX 4090",
          "gpuCounts": [
            1,
            2,
            4,
            8
          ],
          "regions": [
            "fra"
          ],
          "isMultiNode": false,
          "isInstalled": false,
          "source": "requirements document section 7; could be bought",
          "readOn": "2026-11-25"
        }
      ],
      "billing": {
        "unit": "owned",
        "idleSeconds": 0,
        "scalesToZero": false
      },
      "attestations": [
        {
          "regime": "gdpr",
          "source": "the owner's own audit, planned",
          "readOn": "2026-11-25"
        },
        {
          "regime": "c5",
          "source": "the owner's own audit, planned",
          "readOn": "2026-11-25"
        },
        {
          "regime": "iso27001",
          "source": "the owner's own audit, planned",
          "readOn": "2026-11-25"
        },
        {
          "regime": "air_gapped",
          "source": "the owner's own audit, planned",
          "readOn": "2026-11-25"
        }
      ],
      "provisionMs": 0,
      "loadBytesPerSecond": 5000000000
    }
  ],
  "prices": [
    {
      "provider": "aws",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "skypilot-catalog 00148f2a v8/aws/vms.csv (p6-b200.48xlarge)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 14241600000,
      "highNanoUsdPerGpuHour": 14241600000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "b200",
      "basis": "spot",
      "minGpus": 8,
      "source": "skypilot-catalog 00148f2a v8/aws/vms.csv (p6-b200.48xlarge)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 2626850000,
      "highNanoUsdPerGpuHour": 3138250000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "skypilot-catalog 00148f2a v8/aws/vms.csv (p5en.48xlarge)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 7912000000,
      "highNanoUsdPerGpuHour": 9890000000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "h200",
      "basis": "spot",
      "minGpus": 8,
      "source": "skypilot-catalog 00148f2a v8/aws/vms.csv (p5en.48xlarge)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 1470525000,
      "highNanoUsdPerGpuHour": 2986625000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json (p5.48xlarge) and skypilot-catalog 00148f2a v8/aws/vms.csv (p5.4xlarge)",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 6880000000,
      "highNanoUsdPerGpuHour": 6880000000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json (p4de.24xlarge)",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 3430900000,
      "highNanoUsdPerGpuHour": 3430900000,
      "standsInFor": null
    },
    {
      "provider": "aws",
      "gpu": "l40s",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "skypilot-catalog 00148f2a v8/aws/vms.csv (g6e.xlarge to g6e.48xlarge in us-east-1)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 1861000000,
      "highNanoUsdPerGpuHour": 3766397500,
      "standsInFor": null
    },
    {
      "provider": "gcp",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "Hugging Face tanod/cloud-gpu-list-prices (a3-ultragpu-8g)",
      "readOn": "2026-10-13",
      "lowNanoUsdPerGpuHour": 10436500000,
      "highNanoUsdPerGpuHour": 11493400000,
      "standsInFor": null
    },
    {
      "provider": "gcp",
      "gpu": "h200",
      "basis": "spot",
      "minGpus": 8,
      "source": "Hugging Face tanod/cloud-gpu-list-prices (a3-ultragpu-8g)",
      "readOn": "2026-10-13",
      "lowNanoUsdPerGpuHour": 5635700000,
      "highNanoUsdPerGpuHour": 6894400000,
      "standsInFor": null
    },
    {
      "provider": "gcp",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "tgarg01/silybench-data derived/cost.json (a3-highgpu-1g, its on-demand equivalent)",
      "readOn": "2026-09-26",
      "lowNanoUsdPerGpuHour": 10979100000,
      "highNanoUsdPerGpuHour": 10979100000,
      "standsInFor": null
    },
    {
      "provider": "gcp",
      "gpu": "h100",
      "basis": "spot",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json (a3-highgpu-1g)",
      "readOn": "2026-09-26",
      "lowNanoUsdPerGpuHour": 6571000000,
      "highNanoUsdPerGpuHour": 6571000000,
      "standsInFor": null
    },
    {
      "provider": "azure",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "datareceipts/data-receipts 109-gpu-pricing/README.md (ND96isr_H100_v5)",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 12290000000,
      "highNanoUsdPerGpuHour": 12290000000,
      "standsInFor": null
    },
    {
      "provider": "azure",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json (NC24ads to NC96ads_A100_v4)",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 3673000000,
      "highNanoUsdPerGpuHour": 4777000000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 8600000000,
      "highNanoUsdPerGpuHour": 8600000000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "b200",
      "basis": "spot",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 4263750000,
      "highNanoUsdPerGpuHour": 4263750000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "renshuBTC/compute-screener data/gpu_providers_latest.csv",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 6305000000,
      "highNanoUsdPerGpuHour": 6305000000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "h200",
      "basis": "spot",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 2616250000,
      "highNanoUsdPerGpuHour": 2616250000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "renshuBTC/compute-screener data/gpu_providers_latest.csv",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 6155000000,
      "highNanoUsdPerGpuHour": 6155000000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "h100",
      "basis": "spot",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 2463750000,
      "highNanoUsdPerGpuHour": 2463750000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 2700000000,
      "highNanoUsdPerGpuHour": 2700000000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "a100",
      "basis": "spot",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 1206250000,
      "highNanoUsdPerGpuHour": 1206250000,
      "standsInFor": null
    },
    {
      "provider": "coreweave",
      "gpu": "l40s",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "coreweave.com/pricing as transcribed in api-evangelist/coreweave plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 2250000000,
      "highNanoUsdPerGpuHour": 2250000000,
      "standsInFor": null
    },
    {
      "provider": "lambda",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "skypilot-catalog 0f407038 v8/lambda/vms.csv and tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 6690000000,
      "highNanoUsdPerGpuHour": 6990000000,
      "standsInFor": null
    },
    {
      "provider": "lambda",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 3990000000,
      "highNanoUsdPerGpuHour": 4290000000,
      "standsInFor": null
    },
    {
      "provider": "lambda",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 2790000000,
      "highNanoUsdPerGpuHour": 2790000000,
      "standsInFor": null
    },
    {
      "provider": "crusoe",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 4290000000,
      "highNanoUsdPerGpuHour": 4290000000,
      "standsInFor": null
    },
    {
      "provider": "crusoe",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 3900000000,
      "highNanoUsdPerGpuHour": 3900000000,
      "standsInFor": null
    },
    {
      "provider": "crusoe",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 2300000000,
      "highNanoUsdPerGpuHour": 2300000000,
      "standsInFor": null
    },
    {
      "provider": "crusoe",
      "gpu": "l40s",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "crusoe.ai/cloud/pricing as transcribed in api-evangelist/crusoe plans",
      "readOn": "2026-09-20",
      "lowNanoUsdPerGpuHour": 1500000000,
      "highNanoUsdPerGpuHour": 1500000000,
      "standsInFor": null
    },
    {
      "provider": "nebius",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 7150000000,
      "highNanoUsdPerGpuHour": 7150000000,
      "standsInFor": null
    },
    {
      "provider": "nebius",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json (low) and renshuBTC/compute-screener (high)",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 4500000000,
      "highNanoUsdPerGpuHour": 5400000000,
      "standsInFor": null
    },
    {
      "provider": "nebius",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json (low) and renshuBTC/compute-screener (high)",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 3850000000,
      "highNanoUsdPerGpuHour": 4500000000,
      "standsInFor": null
    },
    {
      "provider": "nebius",
      "gpu": "l40s",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json and skypilot-catalog 0082b043 v8/nebius/vms.csv",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 1548400000,
      "highNanoUsdPerGpuHour": 2284400000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "b200",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00240 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 8640000000,
      "highNanoUsdPerGpuHour": 8640000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 6790000000,
      "highNanoUsdPerGpuHour": 6790000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "b200",
      "basis": "community",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 5980000000,
      "highNanoUsdPerGpuHour": 5980000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h200",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00155 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 5580000000,
      "highNanoUsdPerGpuHour": 5580000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 4590000000,
      "highNanoUsdPerGpuHour": 4590000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h200",
      "basis": "community",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 3590000000,
      "highNanoUsdPerGpuHour": 3590000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00116 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 4176000000,
      "highNanoUsdPerGpuHour": 4176000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/vendors.json",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 3990000000,
      "highNanoUsdPerGpuHour": 3990000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "h100",
      "basis": "community",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/vendors.json",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 2690000000,
      "highNanoUsdPerGpuHour": 2690000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "a100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00076 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 2736000000,
      "highNanoUsdPerGpuHour": 2736000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/vendors.json",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 1790000000,
      "highNanoUsdPerGpuHour": 1790000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "a100",
      "basis": "community",
      "minGpus": 1,
      "source": "datareceipts/data-receipts 109-gpu-pricing/vendors.json",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 1390000000,
      "highNanoUsdPerGpuHour": 1390000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "l40s",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00053 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 1908000000,
      "highNanoUsdPerGpuHour": 1908000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "l40s",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 1090000000,
      "highNanoUsdPerGpuHour": 1090000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "l40s",
      "basis": "community",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 790000000,
      "highNanoUsdPerGpuHour": 790000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "rtx4090",
      "basis": "serverless",
      "minGpus": 1,
      "source": "docs.runpod.io/serverless/pricing (flex, $0.00031 a second)",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 1116000000,
      "highNanoUsdPerGpuHour": 1116000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "rtx4090",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 740000000,
      "highNanoUsdPerGpuHour": 740000000,
      "standsInFor": null
    },
    {
      "provider": "runpod",
      "gpu": "rtx4090",
      "basis": "community",
      "minGpus": 1,
      "source": "tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 340000000,
      "highNanoUsdPerGpuHour": 340000000,
      "standsInFor": null
    },
    {
      "provider": "modal",
      "gpu": "b200",
      "basis": "serverless",
      "minGpus": 1,
      "source": "modal.com/pricing as listed in api-evangelist/modal plans",
      "readOn": "2026-05-08",
      "lowNanoUsdPerGpuHour": 6249600000,
      "highNanoUsdPerGpuHour": 6249600000,
      "standsInFor": null
    },
    {
      "provider": "modal",
      "gpu": "h200",
      "basis": "serverless",
      "minGpus": 1,
      "source": "modal.com/pricing as listed in api-evangelist/modal plans",
      "readOn": "2026-05-08",
      "lowNanoUsdPerGpuHour": 4539600000,
      "highNanoUsdPerGpuHour": 4539600000,
      "standsInFor": null
    },
    {
      "provider": "modal",
      "gpu": "h100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "modal.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 3949200000,
      "highNanoUsdPerGpuHour": 3949200000,
      "standsInFor": null
    },
    {
      "provider": "modal",
      "gpu": "a100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "modal.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 2498400000,
      "highNanoUsdPerGpuHour": 2498400000,
      "standsInFor": null
    },
    {
      "provider": "modal",
      "gpu": "l40s",
      "basis": "serverless",
      "minGpus": 1,
      "source": "modal.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 1951200000,
      "highNanoUsdPerGpuHour": 1951200000,
      "standsInFor": null
    },
    {
      "provider": "replicate",
      "gpu": "h100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "replicate.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 5490000000,
      "highNanoUsdPerGpuHour": 5490000000,
      "standsInFor": null
    },
    {
      "provider": "replicate",
      "gpu": "a100",
      "basis": "serverless",
      "minGpus": 1,
      "source": "replicate.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 5040000000,
      "highNanoUsdPerGpuHour": 5040000000,
      "standsInFor": null
    },
    {
      "provider": "replicate",
      "gpu": "l40s",
      "basis": "serverless",
      "minGpus": 1,
      "source": "replicate.com/pricing as read by techbytes.app (serverless GPU pricing matrix)",
      "readOn": "2026-05-07",
      "lowNanoUsdPerGpuHour": 3510000000,
      "highNanoUsdPerGpuHour": 3510000000,
      "standsInFor": null
    },
    {
      "provider": "together",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "docs.together.ai/docs/dedicated-endpoints/overview",
      "readOn": "2026-11-25",
      "lowNanoUsdPerGpuHour": 9950000000,
      "highNanoUsdPerGpuHour": 9950000000,
      "standsInFor": null
    },
    {
      "provider": "together",
      "gpu": "h200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "docs.together.ai/docs/dedicated-endpoints/overview (low) and renshuBTC/compute-screener data/gpu_providers_latest.csv (high)",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 5490000000,
      "highNanoUsdPerGpuHour": 5990000000,
      "standsInFor": null
    },
    {
      "provider": "together",
      "gpu": "h100",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "renshuBTC/compute-screener data/gpu_providers_latest.csv",
      "readOn": "2026-10-24",
      "lowNanoUsdPerGpuHour": 3990000000,
      "highNanoUsdPerGpuHour": 3990000000,
      "standsInFor": null
    },
    {
      "provider": "crusoe",
      "gpu": "b200",
      "basis": "on_demand",
      "minGpus": 1,
      "source": "skypilot-catalog 0f407038 v8/lambda/vms.csv and tgarg01/silybench-data derived/cost.json",
      "readOn": "2026-09-25",
      "lowNanoUsdPerGpuHour": 6690000000,
      "highNanoUsdPerGpuHour": 6990000000,
      "standsInFor": "lambda"
    },
    {
      "provider": "gcp",
      "gpu": "a100",
      "basis": "on_demand",
      "minGpus": 8,
      "source": "datareceipts/data-receipts 109-gpu-pricing/hyperscalers.json (p4de.24xlarge)",
      "readOn": "2026-11-09",
      "lowNanoUsdPerGpuHour": 3430900000,
      "highNanoUsdPerGpuHour": 3430900000,
      "standsInFor": "aws"
    }
  ],
  "ownership": {
    "serverShare": 0.5,
    "amortisationYears": 3,
    "powerUsdPerKilowattHour": 0.12,
    "pue": 1.4,
    "serverWattsPerGpu": 250,
    "operationsShareAYear": 0.05,
    "source": "assumptions of this project",
    "readOn": "2026-11-25"
  },
  "tiers": {
    "s": {
      "tier": "s",
      "title": "Small (1 to 4 billion parameters)",
      "useCases": [
        "simple questions",
        "classification",
        "entity extraction",
        "low-latency chat"
      ],
      "models": [
        "Qwen/Qwen2.5-3B-Instruct",
        "microsoft/Phi-3-mini-4k-instruct",
        "meta-llama/Llama-3.2-3B-Instruct"
      ],
      "slo": {
        "timeToFirstTokenP99Ms": 100,
        "timePerOutputTokenMs": 50,
        "outputTokensPerSecond": 400,
        "contextTokens": 4096
      },
      "load": {
        "promptTokens": 1024,
        "outputTokens": 128,
        "concurrency": 8
      },
      "retrieval": {
        "chunkTokens": 256,
        "topK": 3,
        "contextTokens": 2048,
        "outputTokens": 512,
        "vectorStore": "pgvector",
        "embedder": "nomic-embed-text-v1.5",
        "reranker": "bge-reranker-v2-m3"
      }
    },
    "m": {
      "tier": "m",
      "title": "Medium (7 to 20 billion parameters)",
      "useCases": [
        "general retrieval",
        "code assistance",
        "document analysis",
        "customer support"
      ],
      "models": [
        "meta-llama/Llama-3.1-8B-Instruct",
        "mistralai/Mistral-7B-Instruct-v0.3",
        "Qwen/Qwen2.5-14B-Instruct"
      ],
      "slo": {
        "timeToFirstTokenP99Ms": 300,
        "timePerOutputTokenMs": 50,
        "outputTokensPerSecond": 150,
        "contextTokens": 8192
      },
      "load": {
        "promptTokens": 2816,
        "outputTokens": 256,
        "concurrency": 8
      },
      "retrieval": {
        "chunkTokens": 512,
        "topK": 5,
        "contextTokens": 8192,
        "outputTokens": 1024,
        "vectorStore": "Qdrant",
        "embedder": "text-embedding-3-large",
        "reranker": "Cohere rerank-v3"
      }
    },
    "l": {
      "tier": "l",
      "title": "Large (70 to 240 billion parameters)",
      "useCases": [
        "complex reasoning",
        "analysis in several steps",
        "decisions with high stakes",
        "legal and medical texts"
      ],
      "models": [
        "meta-llama/Llama-3.1-70B-Instruct",
        "Qwen/Qwen2.5-72B-Instruct",
        "deepseek-ai/DeepSeek-V2.5"
      ],
      "slo": {
        "timeToFirstTokenP99Ms": 1000,
        "timePerOutputTokenMs": 50,
        "outputTokensPerSecond": 40,
        "contextTokens": 16384
      },
      "load": {
        "promptTokens": 10496,
        "outputTokens": 384,
        "concurrency": 4
      },
      "retrieval": {
        "chunkTokens": 1024,
        "topK": 10,
        "contextTokens": 16384,
        "outputTokens": 2048,
        "vectorStore": "Milvus",
        "embedder": "text-embedding-3-large",
        "reranker": "Cohere rerank-v3 and a cross-encoder"
      }
    },
    "xl": {
      "tier": "xl",
      "title": "Frontier (400 billion parameters and more)",
      "useCases": [
        "frontier reasoning",
        "research",
        "agents",
        "synthesis of many sources"
      ],
      "models": [
        "meta-llama/Llama-3.1-405B-Instruct",
        "deepseek-ai/DeepSeek-V3"
      ],
      "slo": {
        "timeToFirstTokenP99Ms": 2000,
        "timePerOutputTokenMs": 66,
        "outputTokensPerSecond": 15,
        "contextTokens": 32768
      },
      "load": {
        "promptTokens": 28416,
        "outputTokens": 512,
        "concurrency": 2
      },
      "retrieval": {
        "chunkTokens": 2048,
        "topK": 20,
        "contextTokens": 32768,
        "outputTokens": 4096,
        "vectorStore": "Milvus cluster",
        "embedder": "voyage-large-2-instruct",
        "reranker": "in stages, fast then precise"
      }
    }
  },
  "requirementVerdicts": {
    "hyperscaler": {
      "s": {
        "b200": "marginal",
        "h200": "marginal",
        "h100": "marginal",
        "a100": "viable",
        "l40s": "recommended",
        "rtx4090": "not_recommended"
      },
      "m": {
        "b200": "viable",
        "h200": "viable",
        "h100": "viable",
        "a100": "recommended",
        "l40s": "recommended",
        "rtx4090": "not_recommended"
      },
      "l": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "recommended",
        "a100": "viable",
        "l40s": "marginal",
        "rtx4090": "not_recommended"
      },
      "xl": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "recommended",
        "a100": "marginal",
        "l40s": "not_recommended",
        "rtx4090": "not_recommended"
      }
    },
    "gpu_native": {
      "s": {
        "b200": "marginal",
        "h200": "marginal",
        "h100": "marginal",
        "a100": "viable",
        "l40s": "recommended",
        "rtx4090": "recommended"
      },
      "m": {
        "b200": "viable",
        "h200": "viable",
        "h100": "viable",
        "a100": "recommended",
        "l40s": "recommended",
        "rtx4090": "marginal"
      },
      "l": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "recommended",
        "a100": "viable",
        "l40s": "marginal",
        "rtx4090": "not_recommended"
      },
      "xl": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "recommended",
        "a100": "marginal",
        "l40s": "not_recommended",
        "rtx4090": "not_recommended"
      }
    },
    "serverless": {
      "s": {
        "b200": "marginal",
        "h200": "marginal",
        "h100": "marginal",
        "a100": "viable",
        "l40s": "recommended",
        "rtx4090": "recommended"
      },
      "m": {
        "b200": "viable",
        "h200": "viable",
        "h100": "viable",
        "a100": "recommended",
        "l40s": "recommended",
        "rtx4090": "marginal"
      },
      "l": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "recommended",
        "a100": "viable",
        "l40s": "marginal",
        "rtx4090": "not_recommended"
      },
      "xl": {
        "b200": "recommended",
        "h200": "recommended",
        "h100": "not_recommended",
        "a100": "not_recommended",
        "l40s": "not_recommended",
        "rtx4090": "not_recommended"
      }
    },
    "on_premises": {
      "s": {
        "b200": "marginal",
        "h200": "marginal",
        "h100": "marginal",
        "a100": "viable",
        "l40s": "recommended",
        "rtx4090": "recommended"
      },
      "m": {
        "b200": "viable",
        "h200": "viable",
        "h100": "viable",
        "a100": "recommended",
        "l40s": "recommended",
        "rtx4090": "marginal"
      },
      "l": {
        "b200": "viable",
        "h200": "viable",
        "h100": "recommended",
        "a100": "viable",
        "l40s": "marginal",
        "rtx4090": "not_recommended"
      },
      "xl": {
        "b200": "viable",
        "h200": "viable",
        "h100": "recommended",
        "a100": "marginal",
        "l40s": "not_recommended",
        "rtx4090": "not_recommended"
      }
    }
  },
  "requirementCosts": [
    {
      "tier": "s",
      "gpu": "l40s",
      "gpuCount": 1,
      "provider": "runpod",
      "monthlyUsd": 713,
      "nanoUsdPerHour": 990000000,
      "nanoUsdPerKTok": 800000
    },
    {
      "tier": "s",
      "gpu": "l40s",
      "gpuCount": 1,
      "provider": "coreweave",
      "monthlyUsd": 821,
      "nanoUsdPerHour": 1140000000,
      "nanoUsdPerKTok": 1000000
    },
    {
      "tier": "s",
      "gpu": "rtx4090",
      "gpuCount": 1,
      "provider": "runpod",
      "monthlyUsd": 317,
      "nanoUsdPerHour": 440000000,
      "nanoUsdPerKTok": 400000
    },
    {
      "tier": "m",
      "gpu": "a100",
      "gpuCount": 1,
      "provider": "coreweave",
      "monthlyUsd": 1361,
      "nanoUsdPerHour": 1890000000,
      "nanoUsdPerKTok": 2500000
    },
    {
      "tier": "m",
      "gpu": "a100",
      "gpuCount": 1,
      "provider": "aws",
      "monthlyUsd": 1800,
      "nanoUsdPerHour": 2500000000,
      "nanoUsdPerKTok": 3300000
    },
    {
      "tier": "m",
      "gpu": "l40s",
      "gpuCount": 1,
      "provider": "runpod",
      "monthlyUsd": 713,
      "nanoUsdPerHour": 990000000,
      "nanoUsdPerKTok": 2000000
    },
    {
      "tier": "l",
      "gpu": "h100",
      "gpuCount": 2,
      "provider": "coreweave",
      "monthlyUsd": 3211,
      "nanoUsdPerHour": 4460000000,
      "nanoUsdPerKTok": 15000000
    },
    {
      "tier": "l",
      "gpu": "h100",
      "gpuCount": 2,
      "provider": "aws",
      "monthlyUsd": 6120,
      "nanoUsdPerHour": 8500000000,
      "nanoUsdPerKTok": 28500000
    },
    {
      "tier": "l",
      "gpu": "a100",
      "gpuCount": 4,
      "provider": "nyc",
      "monthlyUsd": 1872,
      "nanoUsdPerHour": 2600000000,
      "nanoUsdPerKTok": 8700000
    },
    {
      "tier": "xl",
      "gpu": "h100",
      "gpuCount": 8,
      "provider": "coreweave",
      "monthlyUsd": 12845,
      "nanoUsdPerHour": 17840000000,
      "nanoUsdPerKTok": 89000000
    },
    {
      "tier": "xl",
      "gpu": "h100",
      "gpuCount": 8,
      "provider": "aws",
      "monthlyUsd": 24480,
      "nanoUsdPerHour": 34000000000,
      "nanoUsdPerKTok": 170000000
    },
    {
      "tier": "xl",
      "gpu": "h100",
      "gpuCount": 8,
      "provider": "nyc",
      "monthlyUsd": 4896,
      "nanoUsdPerHour": 6800000000,
      "nanoUsdPerKTok": 34000000
    }
  ]
}
