/** The schema of artifacts, far enough for the SDK to log tables and to download what was exported. @module */

export const ARTIFACT_SDL = /* GraphQL */ `
  enum ArtifactState { PENDING COMMITTED DELETED }
  enum ArtifactDigestAlgorithm { MANIFEST_MD5 }
  enum ArtifactManifestType { FULL PATCH INCREMENTAL }
  enum ArtifactStorageLayout { V1 V2 }
  enum CompleteMultipartAction { Complete Abort }

  type ArtifactTypeConnection { edges: [ArtifactTypeEdge!]! pageInfo: PageInfo! }
  type ArtifactTypeEdge { node: ArtifactType! cursor: String! }
  type ArtifactType {
    id: ID!
    name: String!
    description: String
    createdAt: DateTime
    artifactCollection(name: String!): ArtifactCollection
    artifactCollections(first: Int, after: String): ArtifactCollectionConnection
  }

  type ArtifactCollectionConnection { edges: [ArtifactCollectionEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type ArtifactCollectionEdge { node: ArtifactCollection! cursor: String! }
  interface ArtifactCollection {
    id: ID!
    name: String!
    description: String
    createdAt: DateTime
    updatedAt: DateTime
    project: Project
    defaultArtifactType: ArtifactType
    tags: TagConnection
    aliases(first: Int, after: String): ArtifactAliasConnection
    artifacts(first: Int, after: String, order: String, filters: JSONString): ArtifactConnection
    artifactMembership(aliasName: String!): ArtifactCollectionMembership
  }
  type ArtifactSequence implements ArtifactCollection {
    id: ID!
    name: String!
    description: String
    createdAt: DateTime
    updatedAt: DateTime
    project: Project
    defaultArtifactType: ArtifactType
    tags: TagConnection
    aliases(first: Int, after: String): ArtifactAliasConnection
    artifacts(first: Int, after: String, order: String, filters: JSONString): ArtifactConnection
    artifactMembership(aliasName: String!): ArtifactCollectionMembership
    latestArtifact: Artifact
  }
  type TagConnection { edges: [TagEdge!]! }
  type TagEdge { node: Tag! }
  type Tag { id: ID! name: String! }
  type ArtifactAliasConnection { edges: [ArtifactAliasEdge!]! pageInfo: PageInfo! }
  type ArtifactAliasEdge { node: ArtifactAlias cursor: String! }
  type ArtifactAlias { id: ID! alias: String! artifactCollection: ArtifactCollection }

  type ArtifactCollectionMembership {
    id: ID!
    versionIndex: Int
    createdAt: DateTime
    aliases: [ArtifactAlias!]!
    artifactCollection: ArtifactCollection
    artifact: Artifact
    files(names: [String!], first: Int, after: String): FileConnection
  }

  type ArtifactConnection { edges: [ArtifactEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type ArtifactEdge { node: Artifact version: String cursor: String! }
  union ArtifactCreator = Run | User
  type Artifact {
    id: ID!
    artifactSequence: ArtifactSequence!
    artifactType: ArtifactType!
    versionIndex: Int
    description: String
    metadata: JSONString
    ttlDurationSeconds: Int64
    ttlIsInherited: Boolean!
    tags: [Tag!]
    historyStep: Int64
    state: ArtifactState!
    size: Int64!
    digest: String!
    digestAlgorithm: ArtifactDigestAlgorithm
    commitHash: String
    fileCount: Int64!
    createdAt: DateTime!
    updatedAt: DateTime
    aliases: [ArtifactAlias!]!
    currentManifest: ArtifactManifest
    files(names: [String!], first: Int, after: String): FileConnection
    createdBy: ArtifactCreator
    usedBy: RunConnection
  }
  type ArtifactManifest { id: ID! digest: String file: File! }
  type ClientIDMapping { serverID: ID! }
`;
