//! A vendor's texts as descriptions for agents: plain, bounded, without what lint refuses.
