/** What can be changed: the mutations of a logging SDK, and few more. @module */

export const MUTATION_SDL = /* GraphQL */ `
  type Mutation {
    upsertBucket(input: UpsertBucketInput!): UpsertBucketPayload
    createRunFiles(input: CreateRunFilesInput!): CreateRunFilesPayload
    markRunFilesUploaded(input: MarkRunFilesUploadedInput!): SuccessPayload
    rewindRun(input: RewindRunInput!): RewindRunPayload
    stopRun(input: StopRunInput!): SuccessPayload
    deleteRun(input: DeleteRunInput!): DeleteRunPayload
    upsertModel(input: UpsertModelInput!): UpsertModelPayload
    createArtifact(input: CreateArtifactInput!): CreateArtifactPayload
    createArtifactManifest(input: CreateArtifactManifestInput!): ArtifactManifestPayload
    updateArtifactManifest(input: UpdateArtifactManifestInput!): ArtifactManifestPayload
    createArtifactFiles(input: CreateArtifactFilesInput!): CreateArtifactFilesPayload
    completeMultipartUploadArtifact(input: CompleteMultipartUploadArtifactInput!): CompleteMultipartUploadArtifactPayload
    commitArtifact(input: CommitArtifactInput!): ArtifactPayload
    updateArtifact(input: UpdateArtifactInput!): ArtifactPayload
    useArtifact(input: UseArtifactInput!): ArtifactPayload
  }

  type SuccessPayload { success: Boolean }

  input UpsertBucketInput {
    id: String
    name: String
    groupName: String
    modelName: String
    entityName: String
    description: String
    displayName: String
    notes: String
    commit: String
    config: JSONString
    host: String
    debug: Boolean
    jobProgram: String
    jobRepo: String
    jobType: String
    state: String
    sweep: String
    tags: [String!]
    summaryMetrics: JSONString
    clientMutationId: String
  }
  type UpsertBucketPayload { bucket: Run inserted: Boolean }

  input CreateRunFilesInput { entityName: String! projectName: String! runName: String! files: [String!]! clientMutationId: String }
  type CreateRunFilesPayload { runID: ID! uploadHeaders: [String!]! files: [File!]! }
  input MarkRunFilesUploadedInput { entityName: String! projectName: String! runName: String! files: [String!]! clientMutationId: String }

  input RewindRunInput {
    runName: String!
    entityName: String
    projectName: String
    metricName: String!
    metricValue: Float!
    clientMutationId: String
  }
  type RewindRunPayload { rewoundRun: Run }
  input StopRunInput { id: ID! clientMutationId: String }
  input DeleteRunInput { id: ID! deleteArtifacts: Boolean clientMutationId: String }
  type DeleteRunPayload { clientMutationId: String }
  input UpsertModelInput { id: String name: String entityName: String description: String access: String clientMutationId: String }
  type UpsertModelPayload { model: Project inserted: Boolean project: Project }

  input ArtifactAliasInput { artifactCollectionName: String! alias: String! }
  input TagInput { tagName: String! }
  input CreateArtifactInput {
    entityName: String!
    projectName: String!
    runName: String
    artifactTypeName: String!
    artifactCollectionName: String
    artifactCollectionNames: [String!]
    digest: String!
    digestAlgorithm: ArtifactDigestAlgorithm!
    description: String
    aliases: [ArtifactAliasInput!]
    tags: [TagInput!]
    metadata: JSONString
    ttlDurationSeconds: Int64
    historyStep: Int64
    enableDigestDeduplication: Boolean
    distributedID: String
    clientID: ID
    sequenceClientID: ID
    storageRegion: String
    labels: JSONString
    clientMutationId: String
  }
  type CreateArtifactPayload { artifact: Artifact! }

  input CreateArtifactManifestInput {
    artifactID: ID!
    baseArtifactID: ID
    name: String!
    digest: String!
    entityName: String!
    projectName: String!
    runName: String!
    type: ArtifactManifestType
    clientMutationId: String
  }
  input UpdateArtifactManifestInput { artifactManifestID: ID! digest: String baseArtifactID: ID clientMutationId: String }
  type ArtifactManifestPayload { artifactManifest: ArtifactManifest! }

  input UploadPartsInput { partNumber: Int64! hexMD5: String! }
  input CreateArtifactFileSpecInput {
    artifactID: ID!
    name: String!
    md5: String!
    mimetype: String
    artifactManifestID: ID
    uploadPartsInput: [UploadPartsInput!]
  }
  input CreateArtifactFilesInput {
    artifactFiles: [CreateArtifactFileSpecInput!]!
    storageLayout: ArtifactStorageLayout
    cloudRegionID: ID
    clientMutationId: String
  }
  type CreateArtifactFilesPayload { files: FileConnection! }
  input CompleteMultipartUploadArtifactInput {
    completeMultipartAction: CompleteMultipartAction!
    completedParts: [UploadPartsInput!]!
    artifactID: ID!
    storagePath: String!
    uploadID: String!
    clientMutationId: String
  }
  type CompleteMultipartUploadArtifactPayload { digest: String }

  input CommitArtifactInput { artifactID: ID! clientMutationId: String }
  input UpdateArtifactInput { artifactID: ID! metadata: JSONString description: String clientMutationId: String }
  input UseArtifactInput {
    artifactID: ID!
    entityName: String!
    projectName: String!
    runName: String!
    artifactEntityName: String
    artifactProjectName: String
    usedAs: String
    clientMutationId: String
  }
  type ArtifactPayload { artifact: Artifact! }
`;
