//! What stands under `$defs`.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::form::Form;
use super::target::Key;
use super::{Schemas, Width, keep};

/// Most levels of schemas from the root to the last definition on the longest way there: validators follow references one in another, on a
/// stack of some 350 levels at least.
const MAX_REACH: usize = 200;

/// A definition, and how far down it is.
struct Definition {
    name: String,
    form: Rc<Form>,
    component: usize,
}

impl Schemas<'_> {
    /// All that a form refers to, near things first; what is too far down admits anything, with a note.
    pub(super) fn definitions(&self, form: &Form, notes: &mut Vec<String>) -> Map<String, Value> {
        let found = self.found(form);
        let too_far = too_far(form, &found, |key| self.components.borrow().numbers.get(key).copied());
        let mut definitions = Map::new();
        for Definition { name, form, .. } in found {
            let value = match too_far.contains(&name) {
                true => {
                    keep(notes, format!("`{name}` is too far down; anything is admitted there"));
                    Value::Object(Map::new())
                }
                false => {
                    form.notes.iter().for_each(|note| keep(notes, note.clone()));
                    form.value.clone()
                }
            };
            definitions.insert(name, value);
        }
        definitions
    }

    fn found(&self, form: &Form) -> Vec<Definition> {
        let forms = self.forms.borrow();
        let components = self.components.borrow();
        let mut found: Vec<Definition> = Vec::new();
        let mut names: HashSet<String> = HashSet::new();
        let mut next: VecDeque<(Key, String)> = form.refers.iter().cloned().collect();
        while let Some((key, name)) = next.pop_front() {
            if let Some(form) = forms.get(&(key, Width::Narrow))
                && names.insert(name.clone())
            {
                next.extend(form.refers.iter().cloned());
                found.push(Definition {
                    name,
                    form: Rc::clone(form),
                    component: components.numbers.get(&key).copied().unwrap_or_default(),
                });
            }
        }
        found
    }
}

/// The definitions that may be reached too late. Those that lead to each other may be followed one after the other, in any order; what they
/// lead to beside comes after all of them.
fn too_far(root: &Form, found: &[Definition], component_of: impl Fn(&Key) -> Option<usize>) -> HashSet<String> {
    let mut groups: BTreeMap<usize, Vec<&Definition>> = BTreeMap::new();
    for definition in found {
        groups.entry(definition.component).or_default().push(definition);
    }
    let mut tops: BTreeMap<usize, usize> = BTreeMap::new();
    let lower = |form: &Form, level: usize, tops: &mut BTreeMap<usize, usize>| {
        for component in form.refers.iter().filter_map(|(key, _)| component_of(key)) {
            let top = tops.entry(component).or_default();
            *top = level.max(*top);
        }
    };
    lower(root, root.reach, &mut tops);
    let mut too_far = HashSet::new();
    // What a component leads to has a lower number: all that leads to this one has been looked at.
    for (component, group) in groups.into_iter().rev() {
        let mut level = tops.get(&component).copied().unwrap_or_default();
        let mut kept: Vec<&Form> = Vec::with_capacity(group.len());
        for definition in group {
            if level + definition.form.reach > MAX_REACH {
                too_far.insert(definition.name.clone());
            } else {
                level += definition.form.reach;
                kept.push(&definition.form);
            }
        }
        for form in kept {
            lower(form, level, &mut tops);
        }
    }
    too_far
}
