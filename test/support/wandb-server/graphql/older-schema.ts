/** Takes fields and arguments out of the schema, as older servers lack them. @module */

import { type DocumentNode, Kind, visit } from 'graphql';

/**
 * The document without what is named: `Run.parquetHistory`, or `Run.history.maxKeyLimit` for one argument.
 * @throws RangeError when a name is not in the schema: a test that takes away nothing proves nothing.
 */
export function without(document: DocumentNode, names: readonly string[]): DocumentNode {
  const left = new Set(names);
  const take = (name: string) => names.includes(name) && (left.delete(name) || true);
  const result = visit(document, {
    ObjectTypeDefinition: (type) => {
      const fields = type.fields?.filter((field) => !take(`${type.name.value}.${field.name.value}`));
      const trimmed = fields?.map((field) => {
        const kept = field.arguments?.filter(
          (argument) => !take(`${type.name.value}.${field.name.value}.${argument.name.value}`),
        );
        return { ...field, ...(kept === undefined ? {} : { arguments: kept }), kind: Kind.FIELD_DEFINITION };
      });
      return { ...type, ...(trimmed === undefined ? {} : { fields: trimmed }) };
    },
  }) as DocumentNode;
  if (left.size > 0) throw new RangeError(`not in the schema: ${[...left].join(', ')}`);
  return result;
}
