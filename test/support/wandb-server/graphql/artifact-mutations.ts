/** How an SDK uploads an artifact: made, filled, described by a manifest, committed. @module */

import { GraphQLError } from 'graphql';
import type { Artifact } from '../store/artifact.ts';
import { opaqueId } from '../store/identifiers.ts';
import { StoredFile } from '../store/run-file.ts';
import { artifactById } from './artifact-resolvers.ts';
import { type Context, demandWriter } from './context.ts';
import type { FileNode } from './file-resolvers.ts';
import type { ResolverMap } from './resolver-map.ts';

interface CreateArtifactInput {
  readonly entityName: string;
  readonly projectName: string;
  readonly runName?: string | null;
  readonly artifactTypeName: string;
  readonly artifactCollectionName?: string | null;
  readonly digest: string;
  readonly description?: string | null;
  readonly metadata?: string | null;
  readonly historyStep?: number | null;
  readonly aliases?: readonly { readonly alias: string }[] | null;
  readonly clientID?: string | null;
}

interface FileSpecInput {
  readonly artifactID: string;
  readonly name: string;
}

type Input<T> = { readonly input: T };

export const ARTIFACT_MUTATIONS: ResolverMap = {
  Mutation: {
    createArtifact: (_: unknown, { input }: Input<CreateArtifactInput>, context) => ({
      artifact: createArtifact(input, context),
    }),
    createArtifactManifest: (_: unknown, { input }: Input<{ artifactID: string }>, context) =>
      manifestSlot(demandArtifact(context, input.artifactID), context),
    updateArtifactManifest: (_: unknown, { input }: Input<{ artifactManifestID: string }>, context) =>
      manifestSlot(artifactOfManifest(context, input.artifactManifestID), context),
    createArtifactFiles: (
      _: unknown,
      { input }: Input<{ artifactFiles: readonly FileSpecInput[] }>,
      context,
    ) => {
      const edges = input.artifactFiles.map((spec) => ({ node: fileSlot(spec, context), cursor: spec.name }));
      return { files: { edges, pageInfo: { hasNextPage: false }, totalCount: edges.length } };
    },
    completeMultipartUploadArtifact: () => ({ digest: null }),
    commitArtifact: (_: unknown, { input }: Input<{ artifactID: string }>, context) => {
      const artifact = demandArtifact(context, input.artifactID);
      artifact.collection.commit(artifact);
      return { artifact };
    },
    updateArtifact: (_: unknown, { input }: Input<{ artifactID: string }>, context) => ({
      artifact: demandArtifact(context, input.artifactID),
    }),
    useArtifact: (_: unknown, { input }: Input<{ artifactID: string }>, context) => ({
      artifact: demandArtifact(context, input.artifactID),
    }),
  },
};

/** An artifact of the same digest is not made twice: the latest one is given back. */
function createArtifact(input: CreateArtifactInput, context: Context): Artifact {
  const { username } = demandWriter(context, input.entityName);
  const { artifacts, now } = context.store.project(input.entityName, input.projectName, { owner: username });
  const collection = artifacts.collection(input.artifactCollectionName ?? '', input.artifactTypeName);
  const aliases = (input.aliases ?? []).map(({ alias }) => alias);
  const { latest } = collection;
  const artifact = latest?.facts.digest === input.digest ? latest : collection.add(factsOf(input, now()));
  for (const alias of aliases) if (alias !== 'latest') collection.aliases.set(alias, artifact);
  if (input.clientID) artifacts.noteClientId(input.clientID, artifact);
  return artifact;
}

function factsOf(
  { runName = null, digest, description, metadata, historyStep }: CreateArtifactInput,
  now: number,
) {
  return {
    runName,
    digest,
    description: description ?? null,
    metadata: metadata ?? null,
    historyStep: historyStep ?? null,
    createdAt: now,
  };
}

/** @throws GraphQLError when there is none, or it may not be written to. */
function demandArtifact(context: Context, id: string): Artifact {
  const artifact = artifactById(context, id);
  if (artifact === undefined) throw new GraphQLError(`artifact ${id} not found`);
  demandWriter(context, artifact.collection.project.entity);
  return artifact;
}

const manifestId = ({ id }: Artifact) => opaqueId('ArtifactManifest', id);

function artifactOfManifest(context: Context, id: string): Artifact {
  const [, artifactId = ''] = Buffer.from(id, 'base64').toString().split(':');
  return demandArtifact(context, artifactId);
}

function manifestSlot(artifact: Artifact, { storage }: Context) {
  const name = 'wandb_manifest.json';
  const uploadUrl = storage.uploadUrl(name, artifact.facts.runName, (content) => {
    artifact.uploadedManifest = new StoredFile({ name, content, updatedAt: artifact.facts.createdAt });
  });
  const file: FileNode = { name, file: null, artifact, uploadUrl };
  return { artifactManifest: { id: manifestId(artifact), digest: artifact.facts.digest, file } };
}

function fileSlot({ artifactID, name }: FileSpecInput, context: Context): FileNode {
  const artifact = demandArtifact(context, artifactID);
  const uploadUrl = context.storage.uploadUrl(name, artifact.facts.runName, (content) => {
    artifact.files.set(name, new StoredFile({ name, content, updatedAt: artifact.facts.createdAt }));
  });
  return { name, file: null, artifact, uploadUrl };
}
