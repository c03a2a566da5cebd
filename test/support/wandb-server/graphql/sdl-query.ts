/** What can be asked, in GraphQL's schema language: users, projects, runs, sweeps. @module */

export const QUERY_SDL = /* GraphQL */ `
  "Any JSON value."
  scalar JSON
  "JSON text."
  scalar JSONString
  scalar Int64
  scalar DateTime
  scalar Duration

  type Query {
    viewer: User
    serverInfo: ServerInfo
    entity(name: String): Entity
    models(entityName: String, first: Int, after: String): ProjectConnection
    project(name: String, entityName: String): Project
    model(name: String, entityName: String): Project
    artifact(id: ID!): Artifact
    artifactCollection(id: ID!): ArtifactCollection
    clientIDMapping(clientID: ID!): ClientIDMapping
  }

  type PageInfo { endCursor: String hasNextPage: Boolean! }

  type ServerInfo {
    cliVersionInfo: JSON
    latestLocalVersionInfo: LatestLocalVersionInfo
    features: [ServerFeature]!
  }
  type LatestLocalVersionInfo {
    outOfDate: Boolean!
    latestVersionString: String!
    versionOnThisInstanceString: String!
  }
  type ServerFeature { name: String! isEnabled: Boolean! }

  type User {
    id: ID!
    name: String!
    username: String
    email: String
    admin: Boolean
    flags: JSONString
    entity: String
    deletedAt: DateTime
    photoUrl: String
    apiKeys: ApiKeyConnection
    teams: EntityConnection
  }
  type ApiKeyConnection { edges: [ApiKeyEdge!]! }
  type ApiKeyEdge { node: ApiKey }
  type ApiKey { id: ID! name: String! description: String }

  type EntityConnection { edges: [EntityEdge!]! }
  type EntityEdge { node: Entity }
  type Entity {
    id: ID!
    name: String!
    isTeam: Boolean!
    organization: Organization
    defaultAccess: String
    projects(first: Int, after: String): ProjectConnection
  }
  type Organization { id: ID! name: String! orgEntity: Entity coreWeaveOrganizationId: String }

  type ProjectConnection { edges: [ProjectEdge!]! pageInfo: PageInfo! }
  type ProjectEdge { node: Project cursor: String! }
  type Project {
    id: ID!
    internalId: ID
    name: String!
    entityName: String!
    entity: Entity!
    description: String
    access: String
    createdAt: DateTime!
    isBenchmark: Boolean!
    readOnly: Boolean!
    user: User
    runCount(filters: JSONString): Int!
    runs(first: Int, last: Int, after: String, filters: JSONString, order: String): RunConnection
    run(name: String!): Run
    bucket(name: String!, missingOk: Boolean): Run
    sweep(sweepName: String!): Sweep
    sweeps(first: Int, after: String): SweepConnection
    totalSweeps: Int!
    allViews(viewType: String, viewName: String, first: Int, after: String): ViewConnection
    fields(first: Int, after: String, pattern: String): FieldConnection
    artifactTypes(first: Int, after: String): ArtifactTypeConnection
    artifact(name: String!): Artifact
    artifactType(name: String!): ArtifactType
    artifactCollection(name: String!): ArtifactCollection
    artifactCollectionMembership(name: String!): ArtifactCollectionMembership
  }

  type RunConnection { edges: [RunEdge!]! pageInfo: PageInfo! totalCount: Int! historyKeys: JSON }
  type RunEdge { node: Run! cursor: String! }
  type Run {
    id: ID!
    projectId: ID
    project: Project
    name: String!
    displayName: String
    description: String
    notes: String
    state: String
    stopped: Boolean
    config(keys: [String!]): JSONString
    wandbConfig(keys: [String!]): JSONString
    summaryMetrics(keys: [String!]): JSONString
    systemMetrics: JSONString
    group: String
    jobType: String
    commit: String
    host: String
    tags: [String!]
    readOnly: Boolean
    sweepName: String
    user: User
    createdAt: DateTime
    heartbeatAt: DateTime
    updatedAt: DateTime
    historyLineCount: Int
    eventsLineCount: Int
    logLineCount: Int
    historyTail: JSONString
    eventsTail: JSONString
    historyKeys(format: HistoryKeysFormat): JSON
    "maxStep is exclusive. Samples rows when there are more than samples."
    history(samples: Int, minStep: Int64, maxStep: Int64, maxKeyLimit: Int): [JSONString!]
    events(samples: Int): [JSONString!]
    sampledHistory(specs: [JSONString!]!, packVersion: Int): [JSON]!
    bucketedHistory(specs: [JSONString!]!, packVersion: Int): [JSON]!
    parquetHistory(liveKeys: [String!]!): ParquetHistory
    fileCount: Int
    files(names: [String], first: Int, after: String, pattern: String): FileConnection
    logLines(first: Int, last: Int, after: String, useImprovedPagination: Boolean): LogLineConnection
    outputArtifacts(first: Int, after: String): ArtifactConnection
    inputArtifacts(first: Int, after: String): ArtifactConnection
  }
  enum HistoryKeysFormat { PLAINTEXT BITMAP }
  type ParquetHistory { parquetUrls: [String!]! liveData: [JSON!] }

  type FileConnection { edges: [FileEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type FileEdge { node: File cursor: String! }
  type File {
    id: ID!
    name: String!
    displayName: String
    url(upload: Boolean): String
    directUrl: String
    sizeBytes: Int64!
    mimetype: String
    updatedAt: DateTime
    md5: String
    digest: String
    storagePath: String
    uploadUrl: String
    uploadHeaders: [String!]
    uploadMultipartUrls: UploadMultipartUrls
    artifact: Artifact
  }
  type UploadMultipartUrls { uploadID: ID! uploadUrlParts: [UploadUrlPart!]! }
  type UploadUrlPart { partNumber: Int64! uploadUrl: String! }

  type LogLineConnection { edges: [LogLineEdge!]! pageInfo: PageInfo! }
  type LogLineEdge { node: LogLine! cursor: String! }
  type LogLine { number: Int64! timestamp: String level: String label: String line: String! }

  type SweepConnection { edges: [SweepEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type SweepEdge { node: Sweep! cursor: String! }
  type Sweep {
    id: ID!
    name: String!
    displayName: String
    method: String!
    state: String!
    description: String
    bestLoss: Float
    config: String!
    createdAt: DateTime!
    updatedAt: DateTime
    runCount: Int!
    runCountExpected: Int
    user: User
    runs(first: Int, after: String): RunConnection
  }

  type ViewConnection { edges: [ViewEdge!]! pageInfo: PageInfo! }
  type ViewEdge { node: View cursor: String! }
  type View {
    id: ID!
    name: String!
    displayName: String
    description: String
    spec: String
    user: User
    createdAt: DateTime
    updatedAt: DateTime
  }

  type FieldConnection { edges: [FieldEdge!]! pageInfo: PageInfo! }
  type FieldEdge { node: Field! cursor: String! }
  type Field { path: String! type: String! }
`;
