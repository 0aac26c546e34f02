import {computeMatrix,matrixCells} from '../../shared/domain/matrix/matrix.ts'
import {MATRIX} from '../../shared/domain/matrix/sources.gen.ts'
let t0=performance.now();const cells=matrixCells();console.log(cells.length,(performance.now()-t0).toFixed(1)+' ms')
for(let i=0;i<4;i++){t0=performance.now();computeMatrix({...MATRIX});console.log((performance.now()-t0).toFixed(1))}
for(const l of ['hyperscaler','gpu_native','serverless','on_premises']){console.log(l);for(const t of ['s','m','l','xl'])console.log(' ',t.padEnd(3),cells.filter(c=>c.level===l&&c.tier===t).map(c=>`${c.gpu}:${c.verdict}${c.requirement.agrees?'':'!'}(${c.requirement.verdict}) ${c.plan?.model.split('/')[1]?.slice(0,9)} ${c.plan?.precision} ${c.plan?.gpuCount} $${((c.costs[0]?.nanoUsdPerKTok??0)/1e9).toPrecision(2)}`).join(' | '))}
console.log(cells.filter(c=>!c.requirement.agrees).length)
