//! Tags that methods of a resource share stand at the resource, but a change is about a method's own.

use crate::integration::Integration;

/// Gives each method the tags of its resource, which has none then.
pub(super) fn spread(integration: &mut Integration) {
    for resource in integration.resources.values_mut() {
        let shared = std::mem::take(&mut resource.tags);
        for method in resource.methods.values_mut() {
            method.tags.retain(|tag| !shared.contains(tag));
            method.tags.splice(0..0, shared.iter().cloned());
        }
    }
}

/// Gives each resource the first tags that all its methods have; the order of a method's tags stays.
pub(super) fn gather(integration: &mut Integration) {
    for resource in integration.resources.values_mut() {
        let mut lists = resource.methods.values().map(|method| &method.tags);
        let Some(first) = lists.next() else { continue };
        let shared =
            lists.fold(first.len(), |most, tags| first.iter().zip(tags).take(most).take_while(|(one, other)| one == other).count());
        resource.tags = first[..shared].to_vec();
        resource.methods.values_mut().for_each(|method| drop(method.tags.drain(..shared)));
    }
}
