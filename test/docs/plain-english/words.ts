/** A word or phrase that a reader stumbles over, and what to write instead. */
export interface Word {
  readonly pattern: RegExp;
  readonly write: string;
}

/** Any of these words in any form given, as whole words. A space also matches a line break. */
function word(source: string, write: string): Word {
  return {
    pattern: new RegExp(String.raw`(?<![\w-])(?:${source.replaceAll(' ', String.raw`\s+`)})(?![\w-])`, 'gi'),
    write,
  };
}

/** What there can be one of "each" of. */
const THING =
  '(?:alert|answer|batch|call|caller|case|context|customer|endpoint|feature|file|fingerprint|folder|kind|label|line|' +
  'octave|order|page|platform|process|query|request|role|round|row|rule|scrape|start|statement|transaction|type|way)';
const RELATION = '(?:of|without|with|that|which|in|on|for|per|from|by|to|as|than|is|has|into|about|after)';
const UNIT = '(?:ns|µs|ms|seconds?|bytes|KB|KiB|MB|MiB|CPU|statements?|queries|rows?|requests?)';
const PERIOD = '(?:round|turn|scrape)';

const DETERMINER = '(?:(?:a|an|any|the|your|its|another|every) )?';

/** What a reader meets in pages, comments, messages and test names. */
export const words: readonly Word[] = [
  word('whoever', 'the caller, anyone who, or name the actor'),
  // There is a user of that name.
  word(
    '(?<!the user |`)nobody|somebody|anybody|everybody',
    'no one, another process, the caller, everyone, or name the actor',
  ),
  word('anew', 'again'),
  word('once more', 'again'),
  word('at once', 'immediately; concurrently; in one call'),
  word('at the same moment', 'concurrently; at the same time'),
  word('mend(?:s|ed|ing)?', 'fix'),
  word('of (?:yours|ours|mine|theirs|hers)', 'your, our; custom'),
  word('of (?:its|their|your|our|my|his|one’s) own', 'its own; separate; custom'),
  word('(?:be|been) had', 'is unavailable; could not be fetched; can be reproduced'),
  // "There is none" is plain English.
  word('(?<!there )(?:is|are|was|were) none', 'is not a valid …; is not one of …'),
  word('none that', 'no … that'),
  // "So much code that …" and "so long as" are plain English.
  word('so (?:many|much|long)(?! as)(?!(?: [^\\s.;:]+){0,6} that)', 'n; at most n …; this many; a number of'),
  word('at home', 'on your machine; lives in'),
  // "Stands for", "stands in for" and "stands out" are plain English.
  word('(?:stand|stands|stood|standing)(?! (?:for|in for|out))', 'is; appears; waits'),
  word('tell|tells|telling|told', 'report, say, show, distinguish'),
  word('answer|answers|answered|answering', 'return, respond; the response; the result'),
  // A queue, a proxy and what is left over may be behind; in time it is "after".
  word(
    `(?<!(?:wait|waits|waited|waiting|queued|queue|time|leave|leaves|left|leaving)(?: [^\\s.;]+){0,4} )(?<!(?:ahead or|as) )behind` +
      `(?! ${DETERMINER}(?:reverse |load |connection )?(?:proxy|proxies|pooler|balancer|ingress|gateway|pgbouncer|interface))`,
    'after; next to; bound to',
  ),
  word('judge|judges|judged|judging', 'check; assert; assess'),
  word('canned', 'recorded; fixed; stub'),
  word('amplified', 'what is measured: many copies'),
  word('exclusively', 'only; with a lock'),
  // A JavaScript promise is one; what software is held to is a guarantee.
  word('promised|promises? (?:to|nothing|no)', 'guarantee'),
  word('(?:what|which) (?:[^\\s.;]+ ){1,3}promises?', 'what … guarantees'),
  word("(?:same|broken|its|library’s|library's|’s|service's) promises?", 'guarantee'),
  word('house', 'project'),
  word('(?:a|own) room|rooms', 'folder'),
  word('believe|believes|believed|belief', 'verified; trusted; cached'),
  word('wish|wishes|wished', 'request; signal'),
  word('if you like', 'optionally'),
  word(`an? ${THING} each`, 'one per …'),
  word(
    `(?:one|two|three|four|five|ten|hundred|numbers?|figures?|entry|entries|series|line|lines|rows?|cells?|columns?|items|packages?|steps|patch|scenarios?)(?: (?!${RELATION} )\\w+)? an? ${THING}`,
    'one per …',
  ),
  word(`${UNIT} an? (?:${THING}|${PERIOD})`, '… per …'),
  word('(?:held|hold|holds|holding)(?: \\S+)? (?:against|to the)', 'compare with; validate against'),
  word('hear|hears|heard', 'is notified; receives'),
  word('(?:speak|speaks|spoke) of', 'mention; describe'),
  word('(?:nothing|nowhere|none) but', 'only'),
  word('laboratory', 'rig'),
  word('obstacle|obstacles', 'blocker'),
  word('dear|dearer|dearest', 'expensive, costs more'),
  word('in vain', 'without success'),
  word(
    'thereby|hereby|therein|whence|hence|lest|albeit|thence|hitherto|forthwith|whereof|wherein|ere|nought|aught',
    'a word that is in use',
  ),
];

/** Parts of the names that code declares: `MOST_BELIEVED` has the parts "most" and "believed". */
export const nameParts: ReadonlyMap<string, string> = new Map([
  ['MOST', 'MAX'],
  ['LONGEST', 'MAX'],
  ['OLDEST', 'MAX'],
  ['FEWEST', 'MIN'],
  ['whoever', 'caller'],
  ['nobody', 'no one, none'],
  ['somebody', 'caller, other'],
  ['anybody', 'anyone'],
  ['everybody', 'all'],
  ['anew', 'again'],
  ['mend', 'fix'],
  ['mended', 'fixed'],
  ['believe', 'verify, trust'],
  ['believed', 'verified'],
  ['wish', 'request, signal'],
  ['tell', 'report, set'],
  ['told', 'reported'],
  ['answer', 'response, result'],
  ['answers', 'responses, results'],
  ['answered', 'responded, completed'],
  ['judge', 'check, assert'],
  ['canned', 'recorded, stub'],
  ['amplified', 'manyCopies'],
  ['exclusively', 'withFileLock'],
  ['obstacle', 'blocker'],
  ['laboratory', 'rig'],
]);
