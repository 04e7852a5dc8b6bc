/** Something in a bundle that is of no use, and why. */
export interface BundleNote {
  /** The path of the entry; `""` for the bundle as a whole. */
  readonly entry: string;
  readonly problem: string;
}

/** Notes, as many as anybody reads. */
export interface BundleNotes {
  add(entry: string, problem: string): void;
  list(): readonly BundleNote[];
}

const MAX_NOTES = 200;

export function createNotes(): BundleNotes {
  const notes: BundleNote[] = [];
  let more = 0;
  return {
    add(entry, problem) {
      if (notes.length < MAX_NOTES) notes.push({ entry, problem });
      else more += 1;
    },
    list: () => (more === 0 ? notes : [...notes, { entry: '', problem: `and ${more} more entries of the kind` }]),
  };
}
