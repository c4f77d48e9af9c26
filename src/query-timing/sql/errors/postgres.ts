import type { ErrorClass } from './classes';
import { textOf, type DriverError } from './driver-error';
import { sqlStateClass } from './sqlstate';

/**
 * "canceling statement due to user request" in the languages of PostgreSQL's own translations (Debian's servers 13, 15, 17
 * and 18): a cancel and a time-out have one SQLSTATE and one routine, so only the text distinguishes them.
 */
export const CANCEL_TEXTS: Readonly<Record<string, readonly string[]>> = {
  en: ['canceling statement due to user request'],
  de: ['storniere Anfrage wegen Benutzeraufforderung'],
  es: ['cancelando la sentencia debido a una petición del usuario'],
  fr: ["annulation de la requête à la demande de l'utilisateur"],
  id: ['pembatalan perintah karena permintaan pengguna'],
  it: ["annullamento dell'istruzione su richiesta dell'utente"],
  ja: ['ユーザーからの要求により文をキャンセルしています', 'ユーザからの要求により文をキャンセルしています'],
  ko: ['사용자 요청에 의해 작업을 취소합니다.'],
  pl: ['anulowano polecenie na skutek żądania użytkownika'],
  pt_BR: ['cancelando o comando devido a um pedido do usuário'],
  ru: ['выполнение оператора отменено по запросу пользователя'],
  sv: ['avbryter sats på användares begäran'],
  tr: ['kullanıcı isteği ile sorgu iptal edildi'],
  uk: ['виконання оператора скасовано по запиту користувача'],
  zh_CN: ['由于用户请求而正在取消查询', '由于用户请求，正在取消语句'],
  zh_TW: ['因為使用者要求，正在取消陳述式'],
};

const cancelTexts = new Set(Object.values(CANCEL_TEXTS).flat());

/** Texts of CockroachDB and Redshift. */
const OTHER_CANCEL_TEXT = /user request|^query execution canceled$|on user's request/i;

/** PgBouncer reports all its limits as protocol violations, never translated. */
const POOLER_TIMEOUT = /^(?:query timeout|transaction timeout|query_wait_timeout)/;

/** A SQLSTATE, with the fields that a few of them need. */
export function postgresClass(state: string, error: DriverError): ErrorClass {
  switch (state) {
    case '57014':
      return isCancel(textOf(error.message)) || isEndedCopy(error) ? 'cancelled' : 'timeout';
    case '08P01':
      return protocolViolation(error);
    case '0A000':
      return isCachedPlan(error) ? 'prepared_statement' : 'syntax';
    default:
      return sqlStateClass(state) ?? 'other';
  }
}

/**
 * Whether the connection is closed although the class is not `connection`: after `transaction_timeout` and after everything
 * that a pooler reports. An error of the severity ERROR leaves it open.
 */
export function closesConnection(state: string, error: DriverError): boolean {
  if (error.severity === 'ERROR' || isMistake(error)) return false;
  return state === '25P04' || state === '08P01';
}

function isCancel(message: string): boolean {
  return cancelTexts.has(message) || OTHER_CANCEL_TEXT.test(message);
}

/** The client has sent no data, or has given up: pg does so for a COPY without a stream. */
function isEndedCopy({ routine, message }: DriverError): boolean {
  return routine === 'CopyGetData' || textOf(message).startsWith('COPY from stdin failed');
}

function protocolViolation(error: DriverError): ErrorClass {
  if (isMistake(error)) return 'syntax';
  const message = textOf(error.message);
  if (POOLER_TIMEOUT.test(message)) return 'timeout';
  return /prepared statement/i.test(message) ? 'prepared_statement' : 'connection';
}

/** The number of parameters is wrong, or the text contains a NUL, which ends it for the server. */
function isMistake({ routine, message }: DriverError): boolean {
  return (
    /^(?:exec_bind_message$|pq_(?:get|copy)msg)/.test(textOf(routine)) || textOf(message).startsWith('bind message ')
  );
}

/** "cached plan must not change result type", in any language. */
function isCachedPlan({ routine, message }: DriverError): boolean {
  return routine === 'RevalidateCachedQuery' || textOf(message).startsWith('cached plan');
}
