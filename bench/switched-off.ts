// WITHOUT=touched,rows node build/bench/own-cost.js: what each trick saves. A module of its own, for some tricks are
// done when their modules are loaded.
import { switchOff, type Trick } from '../src/cqlengine/model/compile/generate.js'

switchOff(...(process.env['WITHOUT'] ?? '').split(',').filter((trick) => trick !== '') as Trick[])
