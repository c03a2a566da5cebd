/** Takes fields and arguments out of the schema, as older servers lack them. @module */

import {
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  visit,
} from 'graphql';

/**
 * The document without what is named: `Run.parquetHistory`, or `Run.history.maxKeyLimit` for one argument.
 * @throws RangeError when a name is not in the schema: a test that takes away nothing proves nothing.
 */
export function without(document: DocumentNode, names: readonly string[]): DocumentNode {
  const left = new Set(names);
  const take = (name: string) => names.includes(name) && (left.delete(name) || true);
  const isTaken = (type: string, field: FieldDefinitionNode) => {
    if (!take(`${type}.${field.name.value}`)) return false;
    for (const argument of field.arguments ?? []) take(`${type}.${field.name.value}.${argument.name.value}`);
    return true;
  };
  const trimmed = <Type extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(type: Type): Type => {
    const owner = type.name.value;
    const fields = type.fields
      ?.filter((field) => !isTaken(owner, field))
      .map((field) => {
        const isKept = ({ name }: InputValueDefinitionNode) =>
          !take(`${owner}.${field.name.value}.${name.value}`);
        return { ...field, ...(field.arguments && { arguments: field.arguments.filter(isKept) }) };
      });
    return { ...type, ...(fields && { fields }) };
  };
  const result = visit(document, {
    ObjectTypeDefinition: (type) => trimmed(type),
    InterfaceTypeDefinition: (type) => trimmed(type),
  }) as DocumentNode;
  if (left.size > 0) throw new RangeError(`not in the schema: ${[...left].join(', ')}`);
  return result;
}
