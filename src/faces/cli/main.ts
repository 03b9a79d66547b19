/** The command line. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { version } from '../../domain/version.ts'
import { openStoreOf } from '../../standalone.ts'
import { admin, adminVerbs } from './admin.ts'
import type { AdminOptions } from './admin.ts'
import { listModels, showModel } from './catalogue.ts'
import type { CatalogueOptions } from './catalogue.ts'
import { updateCatalogue } from './catalogue-update.ts'
import type { UpdateOptions } from './catalogue-update.ts'
import { listAudit, verifyAudit } from './audit.ts'
import type { AuditListOptions, AuditVerifyOptions } from './audit.ts'
import { check } from './check.ts'
import { demo } from './demo.ts'
import type { DemoOptions } from './demo.ts'
import { explain } from './explain.ts'
import type { ExplainOptions } from './explain.ts'
import { replay } from './replay.ts'
import type { ReplayOptions } from './replay.ts'
import { serve } from './serve.ts'
import type { ServeOptions } from './serve.ts'
import { CommandError, exits, processTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { usage } from './usage.ts'
import type { UsageOptions } from './usage.ts'

type Done = (code: number) => void

const several = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value]
const whole = (value: string): number => {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It is a whole number of 1 or more.')
}

const addRunning = (program: Command, terminal: Terminal, done: Done): void => {
  program
    .command('serve')
    .description(
      'run the gateway of a configuration; without one, with the providers whose keys are in the environment',
    )
    .option('--config <file>', 'the configuration, watched for changes')
    .option('--port <port>', 'where to listen, over the configuration’s')
    .option('--host <host>', 'on which address, over the configuration’s')
    .action(async (options: ServeOptions) => done(await serve(options, terminal)))
  program
    .command('demo')
    .description(
      'run the demo house: nine real models’ recorded answers in the dialects of OpenAI, Anthropic and Gemini, on this machine alone',
    )
    .option('--port <port>', 'where to listen', '4141')
    .option('--drive <prompts>', 'send so many recorded prompts through it, draw what comes of it, and stop', whole)
    .option('--policy <policy>', 'with --drive: the policy to go by')
    .option('--tag <name=value>', 'with --drive: a tag of every request; may come several times', several)
    .option('--stream', 'with --drive: ask for streams, and tell how soon they begin')
    .option('--outage <provider>', 'with --drive: a provider that is gone for the middle third of it')
    .option('--width <requests>', 'with --drive: so many at a time', whole)
    .option('--seed <seed>', 'with --drive: which prompts', 'demo')
    .option('--pace <factor>', 'how slow the recorded models are: 1 is real, 0 is at once')
    .option('--json', 'with --drive: every answer as JSON')
    .action(async (options: DemoOptions) => done(await demo(options, terminal)))
}

const addAsking = (program: Command, terminal: Terminal, done: Done): void => {
  program
    .command('check')
    .description('is a configuration sound: what is wrong, what contradicts, what can never take effect')
    .argument('<file>', 'the configuration')
    .option('--json', 'the findings as JSON')
    .action(async (path: string, options: { readonly json?: boolean }) => done(await check(path, options, terminal)))
  program
    .command('explain')
    .description('which candidate a request would get, and why; calls nobody')
    .argument('<request>', 'a file with the request as JSON, in OpenAI’s or Anthropic’s dialect')
    .option('--config <file>', 'the configuration; without one, the providers whose keys are in the environment')
    .option('--policy <policy>', 'the policy to decide by, over the pool’s')
    .option('--tag <name=value>', 'a tag of the request; may come several times', several)
    .option('--session <session>', 'the session that the request belongs to')
    .option('--dialect <dialect>', 'openai-chat or anthropic-messages; else it is told from the body')
    .option('--json', 'the decision with its facts as JSON')
    .action(async (path: string, options: ExplainOptions) => done(await explain(path, options, terminal)))
  program
    .command('replay')
    .description('what another policy would have decided with recorded facts')
    .requiredOption('--log <file>', 'recorded decisions: the gateway’s state.db, or JSON lines')
    .requiredOption('--policy <file>', 'the other policy, or a configuration that holds it')
    .option('--name <policy>', 'which policy of that file, if it has several')
    .option('--pool <pool>', 'only decisions of this pool')
    .option('--json', 'the comparison as JSON')
    .action(async (options: ReplayOptions) => done(await replay(options, terminal)))
}

const addCatalogue = (program: Command, terminal: Terminal, done: Done): void => {
  const catalogue = program
    .command('catalogue')
    .description('what is known of models: prices, windows, abilities, and from where')
  catalogue
    .command('show')
    .description('what is known of one model, and from which source')
    .argument('<model>', 'as its provider calls it, or a deployment of the configuration')
    .option('--provider <type>', 'only where this type of provider serves it')
    .option('--config <file>', 'a configuration, whose prices and catalogue count')
    .option('--json', 'as JSON')
    .action(async (model: string, options: CatalogueOptions) => done(await showModel(model, options, terminal)))
  catalogue
    .command('list')
    .description('every model of which something is known')
    .option('--provider <type>', 'only of this type of provider')
    .option('--config <file>', 'a configuration, whose catalogue counts')
    .option('--json', 'as JSON')
    .action(async (options: CatalogueOptions) => done(await listModels(options, terminal)))
  catalogue
    .command('update')
    .description('write a catalogue of your own, over what is shipped; the old one stays unless the new one is sound')
    .option(
      '--from <source>',
      'a file or an address: our own format, or that of genai-prices, LiteLLM or models.dev; what genai-prices publishes if left out',
    )
    .option('--to <file>', 'where to; else where the configuration names it, or beside its state')
    .option('--config <file>', 'the configuration')
    .action(async (options: UpdateOptions) => done(await updateCatalogue(options, terminal)))
  for (const command of catalogue.commands) command.exitOverride().copyInheritedSettings(program)
  const options = catalogue.commands.map(one => `  ${one.name()}: ${one.options.map(({ flags }) => flags).join(', ')}`)
  catalogue.addHelpText('after', `\nTheir options:\n${options.join('\n')}`)
}

const addAdmin = (program: Command, terminal: Terminal, done: Done): void => {
  program
    .command('admin')
    .description('keys, hierarchy, limits, policies, usage and audit of a running gateway, with SIGNALBOX_ADMIN_KEY')
    .argument('<thing>', 'such as keys, teams or limits')
    .argument('[verb]', 'such as list, get or create; list if left out')
    .argument('[id]', 'of which one')
    .option('--url <address>', 'where the gateway is', 'http://127.0.0.1:4141')
    .option('--set <name=value>', 'a member of what is sent, such as duty.role=viewer; may come several times', several)
    .option('--data <json>', 'all that is sent, as JSON, or @FILE')
    .option('--if-match <etag>', 'change it only if it is still what was read')
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      `\nThings and their verbs:\n${adminVerbs()
        .map(one => `  ${one}`)
        .join('\n')}`,
    )
    .action(async (thing: string, verb: string | undefined, id: string | undefined, options: AdminOptions) =>
      done(await admin({ thing, verb, id }, options, terminal)),
    )
}

/** The help of a command with the options of each of its own. */
const tellOptions = (command: Command): void => {
  const lines = command.commands.map(one => `  ${one.name()}: ${one.options.map(({ flags }) => flags).join(', ')}`)
  command.addHelpText('after', `\nTheir options:\n${lines.join('\n')}`)
}

const addReading = (program: Command, terminal: Terminal, done: Done): void => {
  program
    .command('usage')
    .description('what was used and what it cost, by any names and for any time, from the store of a configuration')
    .option('--config <file>', 'the configuration; without one, the environment’s')
    .option('--by <names>', 'split by these, with commas: team, model, key, provider, run, tag:NAME, …')
    .option(
      '--from <time>',
      'from when: 2027-01-31, 2027-01, an instant, or 7d, 24h; else from the beginning of the month',
    )
    .option('--to <time>', 'until before when; else now')
    .option('--every <stretch>', 'a line for each hour, day, week or month; else for all of it')
    .option('--zone <zone>', 'the time zone in which days begin, such as Europe/Berlin; else UTC')
    .option('--where <name=value>', 'only this; may come several times', several)
    .option('--format <format>', 'table, csv, json or jsonl')
    .option('--total', 'with csv, json and jsonl: the sums as a last line')
    .option('--json', 'as --format json')
    .action(async (options: UsageOptions) => done(await usage(options, terminal, openStoreOf)))
  const audit = program.command('audit').description('the audit log: what was changed and refused, and is it whole')
  audit
    .command('list')
    .description('the entries in order')
    .option('--config <file>', 'the configuration; without one, the environment’s')
    .option('--last <count>', 'only the newest so many', whole)
    .option('--after <number>', 'only those after this one')
    .option('--json', 'as JSON lines')
    .action(async (options: AuditListOptions) => done(await listAudit(options, terminal, openStoreOf)))
  audit
    .command('verify')
    .description('walk the chain from its beginning and tell the first break in it; exit code 1 if there is one')
    .option('--config <file>', 'the configuration; without one, the environment’s')
    .option('--noted <number:digest>', 'what an earlier run told to note: nothing before it was written anew')
    .option('--json', 'as JSON')
    .action(async (options: AuditVerifyOptions) => done(await verifyAudit(options, terminal, openStoreOf)))
  for (const command of audit.commands) command.exitOverride().copyInheritedSettings(program)
  tellOptions(audit)
}

const programFor = (terminal: Terminal, done: Done): Command => {
  const program = new Command('signalbox')
    .description('An LLM router: decides by a composable policy which model serves, carries it out, and records why.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(signalbox --help tells more)')
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd()),
    })
    .helpCommand(true)
  addRunning(program, terminal, done)
  addAsking(program, terminal, done)
  addCatalogue(program, terminal, done)
  addReading(program, terminal, done)
  addAdmin(program, terminal, done)
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program)
  return program
}

/** `help NAME` as the command itself would be asked; a name that is no command is told like any other unknown one. */
const asked = (program: Command, argv: readonly string[]): string[] => {
  const [first, name] = argv
  if (first !== 'help' || name === undefined) return [...argv]
  return program.commands.some(command => command.name() === name) ? [name, '--help'] : [name]
}

/** Runs one command. The exit code: 0 good, 1 a finding, 2 a command that makes no sense. */
export const main = async (argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> => {
  let code: number = exits.good
  const program = programFor(terminal, done => {
    code = done
  })
  if (argv.length === 0) {
    program.outputHelp()
    return exits.usage
  }
  try {
    await program.parseAsync(asked(program, argv), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.good : exits.usage
    if (!(error instanceof CommandError)) throw error
    terminal.err(error.message)
    return error.exit
  }
}
