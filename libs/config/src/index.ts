export { ConfigError } from './config.error.js';
export { loadConfig, type Environment, type Frozen } from './load-config.js';
export { variable, type Variable, type VariableDefinition } from './variable.js';
export { duration, flag, oneOf, port, secret, url, urls, wholeNumber, words } from './variables.js';
