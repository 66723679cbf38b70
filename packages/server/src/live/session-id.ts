const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a session could have this id: anything else need not be looked for. */
export const isSessionId = (id: string): boolean => uuid.test(id);
