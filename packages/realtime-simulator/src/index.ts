export type { ApiFault } from './api-fault.ts';
export type { ClientEvent } from './client-events.ts';
export type { Closed, ReceivedEvent, SimulatedConnection } from './connection.ts';
export type { HttpAnswer, Moment, SimulatorFault } from './faults.ts';
export type { Script, ScriptedText, ScriptItem } from './script.ts';
export type { SecretRequest, Simulator, SimulatorOptions } from './simulator.ts';
export { startSimulator } from './simulator.ts';
