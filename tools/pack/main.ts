import { Command } from 'commander';
import { packQueryTiming } from './pack-query-timing';

new Command('pack:query-timing')
  .description('Packs the query-timing library as a tarball that npm can install.')
  .option('--into <folder>', 'where to put it', '.cache/pack')
  .action(({ into }: { into: string }) => console.log(packQueryTiming(into)))
  .parse();
