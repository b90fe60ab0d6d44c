/**
 * A pom that compiles nothing: it names the server and everything it needs at run time.
 * Importing cassandra-parent gives the dependencies below the first level the versions of the official build.
 */
export function mavenProject (version: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>cassandra-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <properties>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>org.apache.cassandra</groupId>
        <artifactId>cassandra-parent</artifactId>
        <version>${version}</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <!-- The version stands here because the imported table holds a stale one for it. -->
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.6.1</version>
        <configuration>
          <outputDirectory>\${lib.dir}</outputDirectory>
          <includeScope>runtime</includeScope>
          <excludeClassifiers>${foreignClassifiers().join(',')}</excludeClassifiers>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
`
}

/** Native libraries for other systems than this one. */
function foreignClassifiers (): string[] {
  const system = { linux: 'linux', darwin: 'osx' }[process.platform as string]
  const processor = process.arch === 'arm64' ? 'aarch_64' : 'x86_64'
  return ['linux-x86_64', 'linux-aarch_64', 'osx-x86_64', 'osx-aarch_64', 'windows-x86_64']
    .filter((classifier) => classifier !== `${system}-${processor}`)
}
