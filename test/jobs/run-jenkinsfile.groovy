// Compiles and runs declarative Jenkinsfiles with stand-ins for the sections and steps that ours uses; any other name ends the run.
//
//   groovy run-jenkinsfile.groovy     builds until standard input ends: one JSON object a line, and one line of JSON for what came of it
//
// Asked: file, workspace, environment (what `sh` has beside this process's own), parameters; among these `locked: true` is a lock that
// somebody holds, `checkoutFails: true` a repository that cannot be reached.
// Answered: result, description, events (one line each), archived files; or `refused`: why Jenkins would not take the file.
// `sh` is real, in the workspace. Not known here: sandbox, CPS, parameters of plugins.

import groovy.io.FileType
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

/** What Jenkins itself would complain of. */
class Misuse extends RuntimeException {
  Misuse(String said) { super(said) }
}

class Build {
  static final Map ALLOWED = [
    top: 'pipeline',
    pipeline: 'agent options environment stages post parameters triggers',
    agent: 'label',
    parameters: 'choice string booleanParam text',
    triggers: 'cron',
    options: 'disableConcurrentBuilds timeout timestamps skipDefaultCheckout buildDiscarder logRotator',
    stages: 'stage',
    stage: 'steps',
    steps: 'checkout sh script lock withCredentials junit archiveArtifacts',
    script: 'sh lock withCredentials unstable error fileExists readFile sshUserPrivateKey file usernamePassword string',
    post: 'always success unstable failure',
  ].collectEntries { section, names -> [section, names.split(' ') as List] }
  static final List WORST = ['SUCCESS', 'UNSTABLE', 'FAILURE']

  final File workspace
  final Map environment
  final Map params
  final boolean locked
  final boolean checkoutFails
  final Map env = [:]
  final Map currentBuild = [description: null]
  final List<String> events = []
  final List<String> archived = []
  String result = 'SUCCESS'
  private final List<String> sections = ['top']
  private Closure afterwards

  Build(Map asked) {
    Map given = asked.parameters
    workspace = new File(asked.workspace.toString())
    environment = asked.environment
    locked = given.locked == true
    checkoutFails = given.checkoutFails == true
    params = given.findAll { !(it.key in ['locked', 'checkoutFails']) }
    // Jenkins puts every parameter into the environment.
    params.each { name, value -> env[name] = value.toString() }
  }

  def propertyMissing(String name) {
    if (name == 'scm') return 'scm'
    if (env.containsKey(name)) return env[name]
    throw new MissingPropertyException(name, Build)
  }

  def propertyMissing(String name, value) {
    if (sections.last() != 'environment') throw new MissingPropertyException(name, Build)
    env[name] = value.toString()
  }

  def methodMissing(String name, args) {
    List given = args as List
    Closure body = given && given.last() instanceof Closure ? given.last() : null
    if (!(name in ALLOWED.getOrDefault(sections.last(), []))) throw new Misuse("Unknown ${sections.last()} section or step '${name}'")
    switch (name) {
      case ['pipeline', 'stages', 'options', 'environment', 'steps', 'script', 'agent', 'parameters', 'triggers']: return within(name, body)
      case 'stage': return stage(given[0], body)
      case 'post': afterwards = body; return
      case ['always', 'success', 'unstable', 'failure']: return body ? branch(name, body) : worsen('UNSTABLE', given[0])
      case 'sh': return shell(given[0])
      case 'lock': return lock(given[0], body)
      case 'checkout': return checkout(given[0])
      case 'withCredentials': return withCredentials(given[0], body)
      case ['sshUserPrivateKey', 'file', 'usernamePassword']: return given[0]
      case 'string': return sections.last() == 'script' ? given[0] : stated(name, given)
      case 'error': throw new RuntimeException(given[0].toString())
      case 'fileExists': return new File(workspace, given[0].toString()).exists()
      case 'readFile': return new File(workspace, given[0].toString()).getText('UTF-8')
      case ['junit', 'archiveArtifacts']: return collect(name, given[0])
      default: return stated(name, given)
    }
  }

  private stated(String name, List given) {
    events << "${name} ${given}".toString()
    return given ? given[0] : null
  }

  private within(String section, Closure body) {
    body.delegate = this
    body.resolveStrategy = Closure.DELEGATE_FIRST
    sections << section
    try {
      body()
    } finally {
      sections.remove(sections.size() - 1)
    }
  }

  private stage(String title, Closure body) {
    if (result == 'FAILURE') return
    events << "stage ${title}".toString()
    try {
      within('stage', body)
    } catch (Misuse misuse) {
      throw misuse
    } catch (RuntimeException failed) {
      worsen('FAILURE', failed.message)
    }
  }

  private worsen(String to, said) {
    if (WORST.indexOf(to) > WORST.indexOf(result)) result = to
    events << "${to}: ${said}".toString()
  }

  void runPost() {
    if (afterwards != null) within('post', afterwards)
  }

  private branch(String name, Closure body) {
    if (name == 'always' || name.toUpperCase() == result) within('steps', body)
  }

  private checkout(what) {
    events << "checkout [${what}]".toString()
    if (checkoutFails) throw new RuntimeException('the repository cannot be reached')
  }

  private lock(Map how, Closure body) {
    if (locked && how.skipIfLocked) return events << "skipped: ${how.resource} is locked".toString()
    events << "lock ${how.resource}".toString()
    within('script', body)
  }

  private withCredentials(List wanted, Closure body) {
    Map before = new HashMap(env)
    wanted.each { secret ->
      events << "credential ${secret.credentialsId}".toString()
      secret.findAll { it.key == 'variable' || it.key.endsWith('Variable') }.each { env[it.value] = "secret-of-${secret.credentialsId}".toString() }
    }
    try {
      within('script', body)
    } finally {
      env.clear()
      env.putAll(before)
    }
  }

  private shell(how) {
    Map given = how instanceof Map ? how : [script: how]
    ProcessBuilder builder = new ProcessBuilder('sh', '-e', '-c', given.script.toString()).directory(workspace).redirectErrorStream(true)
    builder.environment().putAll(environment)
    builder.environment().putAll(env.collectEntries { name, value -> [name, value.toString()] })
    Process process = builder.start()
    process.inputStream.eachLine { line -> System.err.println(line) }
    int exitCode = process.waitFor()
    events << "sh ${exitCode}".toString()
    if (given.returnStatus) return exitCode
    if (exitCode != 0) throw new RuntimeException("script returned exit code ${exitCode}")
  }

  private collect(String step, Map how) {
    String pattern = how.artifacts ?: how.testResults
    def matcher = java.nio.file.FileSystems.default.getPathMatcher("glob:${pattern}")
    List found = []
    workspace.eachFileRecurse(FileType.FILES) { file ->
      def path = workspace.toPath().relativize(file.toPath())
      if (matcher.matches(path)) found << path.toString()
    }
    events << "${step} ${pattern}".toString()
    if (step == 'archiveArtifacts') archived.addAll(found.sort())
    if (!found && !how.allowEmptyArchive && !how.allowEmptyResults) worsen('FAILURE', "nothing matches ${pattern}")
  }
}

/** A file is compiled anew each time: no build sees anything of the one before. */
Map outcomeOf(Map asked) {
  try {
    Build build = new Build(asked)
    CompilerConfiguration settings = new CompilerConfiguration(scriptBaseClass: DelegatingScript.name)
    DelegatingScript script = new GroovyShell(this.class.classLoader, new Binding(), settings).parse(new File(asked.file.toString()))
    script.setDelegate(build)
    script.run()
    build.runPost()
    return [result: build.result, description: build.currentBuild.description, events: build.events, archived: build.archived]
  } catch (Misuse | MissingPropertyException | org.codehaus.groovy.control.CompilationFailedException refused) {
    return [refused: "Jenkins would not take this: ${refused.message}".toString()]
  }
}

System.in.eachLine('UTF-8') { line ->
  println JsonOutput.toJson(outcomeOf(new JsonSlurper().parseText(line) as Map))
  System.out.flush()
}
