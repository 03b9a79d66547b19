/** The command line as a whole: help, words that it does not know, and exit codes. */
import { describe, expect, it } from 'vitest'
import { run } from '../../../test/command-line.ts'
import { version } from '../../domain/version.ts'

const commands = ['serve', 'demo', 'check', 'explain', 'replay'] as const
/** Every option of every command, with something of the sentence that tells what it does. */
const options: Readonly<Record<(typeof commands)[number], readonly string[]>> = {
  serve: ['--config <file>', '--port <port>', '--host <host>'],
  demo: [
    '--port <port>',
    '--drive <prompts>',
    '--policy <policy>',
    '--tag <name=value>',
    '--stream',
    '--outage <provider>',
    '--width <requests>',
    '--seed <seed>',
    '--pace <factor>',
    '--json',
  ],
  check: ['--json'],
  explain: [
    '--config <file>',
    '--policy <policy>',
    '--tag <name=value>',
    '--session <session>',
    '--dialect <dialect>',
    '--json',
  ],
  replay: ['--log <file>', '--policy <file>', '--name <policy>', '--pool <pool>', '--json'],
}

describe('help', () => {
  it.each([['--help'], ['-h'], ['help']])('%s lists every command and is a good end', async word => {
    const { code, out, err } = await run([word])
    expect(code).toBe(0)
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command} .*\\S`, 'm'))
    expect(err).toBe('')
  })
  it('is shown where nothing was asked, which is not how it is used', async () => {
    const { code, out } = await run([])
    expect(code).toBe(2)
    expect(out).toContain('Usage: signalbox')
  })
  it.each(commands)('of %s lists its options, each with what it does', async command => {
    const { code, out } = await run([command, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: signalbox ${command}`)
    const told = out.split('\n')
    for (const option of options[command]) {
      expect(
        told.find(line => line.startsWith(`  ${option}`)),
        option,
      ).toMatch(/ {2}\S+ \S+/)
    }
    const listed = told.filter(line => /^ {2}-/.test(line) && !line.includes('--help'))
    expect(listed).toHaveLength(options[command].length)
  })
  it('of a command that is not there says so', async () => {
    const { code, err } = await run(['help', 'chek'])
    expect(code).toBe(2)
    expect(err).toMatch(/unknown command 'chek'[^]*Did you mean check\?/)
  })
  it('tells the version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })
})

describe('what makes no sense ends with 2 and says what would', () => {
  it.each([
    ['a command', ['serv'], /unknown command 'serv'[^]*Did you mean serve\?/],
    ['an option', ['serve', '--confg', 'x'], /unknown option '--confg'[^]*Did you mean --config\?/],
    ['an option of another command', ['check', 'a.yaml', '--drive', '3'], /unknown option '--drive'/],
    ['an option without its value', ['serve', '--config'], /'--config <file>' argument missing/],
    ['a command without its argument', ['check'], /missing required argument 'file'/],
    [
      'two arguments for one',
      ['check', 'a', 'b'],
      /too many arguments for 'check'. Expected 1 argument but got 2: a, b/,
    ],
    ['an option that must be there', ['replay', '--policy', 'p.yaml'], /required option '--log <file>' not specified/],
    [
      'no prompts',
      ['demo', '--drive', '0'],
      /'--drive <prompts>' argument '0' is invalid. It is a whole number of 1 or more/,
    ],
    ['half a request at a time', ['demo', '--width', '0.5'], /'--width <requests>' argument '0.5' is invalid/],
    ['a pace backwards', ['demo', '--pace=-1'], /--pace "-1": a pace is a number of 0 or more/],
    ['a pace in words', ['demo', '--pace', 'fast'], /--pace "fast": a pace is a number/],
    ['a port too far', ['demo', '--port', '65536'], /--port "65536": a port is a whole number from 0 to 65535/],
    ['a port in words', ['demo', '--port', 'http'], /--port "http": a port is a whole number/],
    ['a port that is no whole number', ['demo', '--port', '8e3'], /--port "8e3": a port is a whole number/],
    ['no pace', ['demo', '--pace', ''], /--pace "": a pace is a number/],
    ['an empty port', ['demo', '--port', ''], /--port "": a port is a whole number/],
  ])('%s', async (_what, argv, told) => {
    const { code, out, err } = await run(argv)
    expect(err).toMatch(told)
    expect(code).toBe(2)
    expect(out).toBe('')
  })
})
