import { membersCalledQuery, modelsCalledQuery, tagsCalledQuery } from "@/client/names";
import { Picker, type Choice } from "./picker";

interface PickProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  value: Choice | null;
  onPick: (choice: Choice | null) => void;
}

/** Picks a member by name or identifier. */
export function MemberPicker(props: PickProps) {
  return <Picker {...props} query={membersCalledQuery} choiceOf={(member) => ({ id: member.id, name: member.display_name, says: member.identifier })} />;
}

/** Picks a model that is offered, by slug or name. */
export function ModelPicker(props: PickProps) {
  return <Picker {...props} query={modelsCalledQuery} choiceOf={(model) => ({ id: model.id, name: model.slug, says: model.display_name })} />;
}

/** Picks a tag by name. */
export function TagPicker(props: PickProps) {
  return <Picker {...props} query={tagsCalledQuery} choiceOf={(tag) => ({ id: tag.id, name: tag.name })} />;
}
