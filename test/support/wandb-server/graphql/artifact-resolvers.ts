/** Artifacts and their collections. @module */

import type { Artifact } from '../store/artifact.ts';
import type { ArtifactCollection } from '../store/artifact-shelf.ts';
import { dateTime, opaqueId } from '../store/identifiers.ts';
import type { Project } from '../store/project.ts';
import { Run } from '../store/run.ts';
import { type Connection, type PageArguments, pageOf } from './connection.ts';
import type { Context } from './context.ts';
import { type FileListArguments, filesOf } from './file-resolvers.ts';
import type { ResolverMap } from './resolver-map.ts';

interface ArtifactType {
  readonly project: Project;
  readonly name: string;
}

/** A version of an artifact as a member of a collection. */
interface Membership {
  readonly artifact: Artifact;
}

interface Alias {
  readonly alias: string;
  readonly artifact: Artifact;
}

/** What the SDK takes for no time to live. */
const NO_TTL = -1;

export const ARTIFACT_RESOLVERS: ResolverMap = {
  Query: {
    artifact: (_: unknown, { id }: { id: string }, context) => artifactById(context, id),
    artifactCollection: (_: unknown, { id }: { id: string }, { store }) =>
      store.projects.flatMap(({ artifacts }) => artifacts.collections).find((one) => one.id === id),
    clientIDMapping: (_: unknown, { clientID }: { clientID: string }, { store }) => {
      const found = store.projects.map(({ artifacts }) => artifacts.byClientId(clientID)).find(Boolean);
      return found === undefined ? null : { serverID: found.id };
    },
  },
  Project: {
    artifactTypes: (project: Project, args: PageArguments) => typePage(project, args),
    artifactType: (project: Project, { name }: { name: string }) =>
      typesOf(project).find((type) => type.name === name),
    artifactCollection: ({ artifacts }: Project, { name }: { name: string }) => artifacts.find(name),
    artifact: (project: Project, { name }: { name: string }) => memberNamed(project, name)?.artifact,
    artifactCollectionMembership: (project: Project, { name }: { name: string }) =>
      memberNamed(project, name),
  },
  ArtifactType: {
    id: ({ project, name }: ArtifactType) => opaqueId('ArtifactType', project.internalId, name),
    createdAt: ({ project }: ArtifactType) => dateTime(project.createdAt),
    artifactCollection: ({ project }: ArtifactType, { name }: { name: string }) =>
      project.artifacts.find(name),
    artifactCollections: ({ project, name }: ArtifactType, args: PageArguments) =>
      pageOf(
        {
          items: project.artifacts.collections.filter(({ type }) => type === name),
          keyOf: (one) => one.name,
        },
        args,
      ),
  },
  ArtifactSequence: {
    createdAt: ({ project }: ArtifactCollection) => dateTime(project.createdAt),
    defaultArtifactType: ({ project, type }: ArtifactCollection): ArtifactType => ({ project, name: type }),
    tags: () => ({ edges: [] }),
    aliases: ({ aliases }: ArtifactCollection, args: PageArguments) => {
      const items = [...aliases].map(([alias, artifact]): Alias => ({ alias, artifact }));
      return pageOf({ items, keyOf: ({ alias }) => alias }, args);
    },
    artifacts: ({ artifacts }: ArtifactCollection, args: PageArguments) => artifactPage(artifacts, args),
    artifactMembership: (collection: ArtifactCollection, { aliasName }: { aliasName: string }) =>
      membership(collection, aliasName),
    latestArtifact: ({ latest }: ArtifactCollection) => latest,
  },
  ArtifactAlias: {
    id: ({ alias, artifact }: Alias) => opaqueId('ArtifactAlias', artifact.id, alias),
    artifactCollection: ({ artifact }: Alias) => artifact.collection,
  },
  ArtifactCollectionMembership: {
    id: ({ artifact }: Membership) => opaqueId('ArtifactCollectionMembership', artifact.id),
    versionIndex: ({ artifact }: Membership) => artifact.versionIndex,
    createdAt: ({ artifact }: Membership) => dateTime(artifact.facts.createdAt),
    aliases: ({ artifact }: Membership) => aliasesOf(artifact),
    artifactCollection: ({ artifact }: Membership) => artifact.collection,
    files: ({ artifact }: Membership, args: FileListArguments) =>
      filesOf(artifact.files.values(), { artifact }, args),
  },
  Artifact: {
    artifactSequence: ({ collection }: Artifact) => collection,
    artifactType: ({ collection: { project, type } }: Artifact): ArtifactType => ({ project, name: type }),
    description: ({ facts }: Artifact) => facts.description,
    metadata: ({ facts }: Artifact) => facts.metadata ?? '{}',
    ttlDurationSeconds: () => NO_TTL,
    ttlIsInherited: () => false,
    tags: () => [],
    historyStep: ({ facts }: Artifact) => facts.historyStep,
    size: ({ sizeBytes }: Artifact) => String(sizeBytes),
    digest: ({ facts }: Artifact) => facts.digest,
    digestAlgorithm: () => 'MANIFEST_MD5',
    commitHash: ({ id }: Artifact) => id,
    fileCount: ({ files }: Artifact) => files.size,
    createdAt: ({ facts }: Artifact) => dateTime(facts.createdAt),
    updatedAt: ({ facts }: Artifact) => dateTime(facts.createdAt),
    aliases: (artifact: Artifact) => aliasesOf(artifact),
    currentManifest: (artifact: Artifact) => ({
      id: opaqueId('ArtifactManifest', artifact.id),
      digest: artifact.facts.digest,
      file: { name: 'wandb_manifest.json', file: artifact.manifest, artifact },
    }),
    files: (artifact: Artifact, args: FileListArguments) =>
      filesOf(artifact.files.values(), { artifact }, args),
    createdBy: ({ facts, collection }: Artifact) => collection.project.runs.get(facts.runName ?? ''),
    usedBy: () => pageOf({ items: [], keyOf: () => null }, {}),
  },
};

/** Which concrete type a value of an interface or union is. */
export const ARTIFACT_TYPES = {
  ArtifactCollection: () => 'ArtifactSequence',
  ArtifactCreator: (value: unknown) => (value instanceof Run ? 'Run' : 'User'),
};

export function artifactById({ store, viewer }: Context, id: string): Artifact | undefined {
  return store.projects
    .filter((project) => project.mayRead(viewer))
    .flatMap(({ artifacts }) => artifacts.artifacts)
    .find((artifact) => artifact.id === id);
}

/** By `collection:alias`; without an alias the latest. */
function memberNamed({ artifacts }: Project, name: string): Membership | null {
  const [collection = '', alias = 'latest'] = name.split(':');
  return membership(artifacts.find(collection), alias);
}

function membership(collection: ArtifactCollection | undefined, alias: string): Membership | null {
  const artifact = collection?.find(alias);
  return artifact === undefined ? null : { artifact };
}

function aliasesOf(artifact: Artifact): readonly Alias[] {
  return artifact.aliases.map((alias) => ({ alias, artifact }));
}

function artifactPage(items: readonly Artifact[], args: PageArguments): Connection<Artifact> {
  return pageOf({ items, keyOf: ({ id }) => id }, args);
}

function typesOf(project: Project): readonly ArtifactType[] {
  const names = new Set(project.artifacts.collections.map(({ type }) => type));
  return [...names].map((name) => ({ project, name }));
}

function typePage(project: Project, args: PageArguments): Connection<ArtifactType> {
  return pageOf({ items: typesOf(project), keyOf: ({ name }) => name }, args);
}
