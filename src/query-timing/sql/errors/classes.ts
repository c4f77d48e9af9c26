/** Every value of the label `error_class`, in the order of the exposition. */
export const ERROR_CLASSES = [
  'timeout',
  'cancelled',
  'lock_timeout',
  'deadlock',
  'serialization',
  'transaction_aborted',
  'unique',
  'constraint',
  'data',
  'permission',
  'prepared_statement',
  'connection',
  'syntax',
  'other',
] as const;

export type ErrorClass = (typeof ERROR_CLASSES)[number];
