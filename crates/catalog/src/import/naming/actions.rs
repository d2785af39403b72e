//! Which segments of paths are things to do, not things.

/// Verbs that are hardly ever nouns of an API.
const VERBS: &[&str] = &[
    "abort",
    "accept",
    "acknowledge",
    "ack",
    "activate",
    "add",
    "aggregate",
    "allow",
    "analyze",
    "append",
    "apply",
    "approve",
    "archive",
    "ask",
    "assign",
    "attach",
    "authenticate",
    "authorize",
    "autocomplete",
    "ban",
    "broadcast",
    "calculate",
    "cancel",
    "capture",
    "change",
    "claim",
    "clear",
    "clone",
    "close",
    "commit",
    "compare",
    "complete",
    "compute",
    "confirm",
    "connect",
    "convert",
    "copy",
    "count",
    "create",
    "deactivate",
    "deauthorize",
    "decline",
    "decrypt",
    "delete",
    "deliver",
    "demote",
    "deny",
    "deploy",
    "deregister",
    "destroy",
    "detach",
    "detect",
    "disable",
    "disassociate",
    "disconnect",
    "dismiss",
    "dispatch",
    "downgrade",
    "duplicate",
    "edit",
    "empty",
    "enable",
    "encrypt",
    "enqueue",
    "enroll",
    "escalate",
    "estimate",
    "evaluate",
    "exchange",
    "execute",
    "expire",
    "explain",
    "extend",
    "extract",
    "fetch",
    "finalize",
    "find",
    "finish",
    "flush",
    "follow",
    "forward",
    "freeze",
    "fulfill",
    "generate",
    "get",
    "grant",
    "hide",
    "ignore",
    "impersonate",
    "increment",
    "ingest",
    "insert",
    "install",
    "invoke",
    "join",
    "kick",
    "leave",
    "list",
    "lock",
    "login",
    "logout",
    "mark",
    "merge",
    "migrate",
    "modify",
    "move",
    "mute",
    "notify",
    "open",
    "parse",
    "patch",
    "pause",
    "pay",
    "pin",
    "post",
    "predict",
    "promote",
    "provision",
    "publish",
    "purge",
    "put",
    "read",
    "reactivate",
    "reassign",
    "rebuild",
    "recalculate",
    "reconcile",
    "recover",
    "redeem",
    "redeliver",
    "redo",
    "refresh",
    "regenerate",
    "register",
    "reindex",
    "reject",
    "release",
    "remind",
    "remove",
    "rename",
    "render",
    "renew",
    "reopen",
    "reorder",
    "replace",
    "replay",
    "reprocess",
    "rerun",
    "resend",
    "reset",
    "resolve",
    "restart",
    "restore",
    "resume",
    "resync",
    "retrieve",
    "retry",
    "reverse",
    "revert",
    "revoke",
    "rollback",
    "rotate",
    "save",
    "scan",
    "send",
    "set",
    "share",
    "ship",
    "show",
    "simulate",
    "snooze",
    "split",
    "start",
    "stop",
    "submit",
    "subscribe",
    "suggest",
    "summarize",
    "suspend",
    "swap",
    "sync",
    "synchronize",
    "terminate",
    "toggle",
    "tokenize",
    "transition",
    "translate",
    "trigger",
    "trim",
    "unarchive",
    "unassign",
    "unban",
    "unblock",
    "undelete",
    "undo",
    "unenroll",
    "unfollow",
    "unfreeze",
    "unhide",
    "uninstall",
    "unlink",
    "unlock",
    "unmark",
    "unmute",
    "unpin",
    "unpublish",
    "unregister",
    "unshare",
    "unsnooze",
    "unstar",
    "unsubscribe",
    "unsuspend",
    "update",
    "upgrade",
    "upsert",
    "validate",
    "verify",
    "void",
    "withdraw",
];

/// Words that are things as often: they are something to do where a request changes something.
const VERBS_AND_NOUNS: &[&str] = &[
    "batch", "block", "bulk", "call", "charge", "check", "comment", "download", "email", "export", "flag", "import", "invite", "label",
    "like", "link", "log", "message", "ping", "preview", "print", "process", "query", "rate", "react", "record", "refund", "reply",
    "report", "request", "review", "run", "schedule", "score", "search", "sign", "star", "tag", "test", "transfer", "upload", "view",
    "vote", "watch", "write",
];

/// Those of them that also say what a `GET` does.
const READING: &[&str] = &["check", "download", "export", "ping", "preview", "query", "search", "test"];

/// Verbs that are the name of a thing where something is chosen by id: `/list/{id}`, `/posts/{id}/share/{id}`.
const THINGS_BY_ID: &[&str] = &[
    "change", "claim", "copy", "exchange", "list", "match", "move", "open", "post", "release", "set", "share", "show", "void", "extend",
    "commit", "patch", "insert",
];

/// First words of names of what is done to several things: `add_members`.
const BEFORE_PLURALS: &[&str] = &[
    "add",
    "batch",
    "bulk",
    "create",
    "delete",
    "fetch",
    "find",
    "get",
    "insert",
    "list",
    "mark",
    "merge",
    "remove",
    "send",
    "set",
    "update",
    "upsert",
    "terminate",
    "revoke",
    "invite",
    "assign",
    "unassign",
    "approve",
];

/// Last words of such names: `gdpr_delete`.
const AT_THE_END: &[&str] = &[
    "create", "delete", "update", "upsert", "lookup", "search", "export", "import", "upload", "archive", "restore", "add", "send",
    "cancel", "sync", "reset",
];

/// Where a segment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Around {
    /// A parameter stands right before it.
    pub(super) after_item: bool,
    /// Nothing stands before it.
    pub(super) is_first: bool,
    /// A parameter follows.
    pub(super) before_parameter: bool,
    /// The request only reads.
    pub(super) reads: bool,
    /// The request removes.
    pub(super) deletes: bool,
}

/// Whether `words`, the last fixed segment of a path, is something to do.
pub(super) fn is_action(words: &[String], around: Around) -> bool {
    let [first, rest @ ..] = words else { return false };
    let (first, last) = (first.as_str(), words.last().map_or("", String::as_str));
    if rest.is_empty() {
        return is_single_action(first, around);
    }
    let many = crate::singular::singular(last) != last;
    if BEFORE_PLURALS.contains(&first) && !(around.is_first && is_adjective(first)) {
        return !around.before_parameter || !many;
    }
    if VERBS.contains(&first) && !(around.is_first && is_adjective(first)) {
        return !many && (!around.before_parameter || !around.is_first);
    }
    !around.reads && !around.before_parameter && AT_THE_END.contains(&last)
}

fn is_single_action(word: &str, around: Around) -> bool {
    if VERBS.contains(&word) {
        if word == "list" {
            return !around.after_item && !around.is_first && !around.before_parameter;
        }
        if around.before_parameter {
            return !around.is_first && !THINGS_BY_ID.contains(&word);
        }
        return !(around.deletes && THINGS_BY_ID.contains(&word) || around.is_first && THINGS_BY_ID.contains(&word));
    }
    if !VERBS_AND_NOUNS.contains(&word) || around.before_parameter {
        return false;
    }
    match around.reads {
        true => READING.contains(&word),
        false => !around.deletes && (!around.is_first || READING.contains(&word)),
    }
}

/// Words that at the beginning of a path describe the thing behind them more often than they say what to do: `/open_invoices`.
fn is_adjective(word: &str) -> bool {
    !matches!(
        word,
        "add"
            | "create"
            | "delete"
            | "edit"
            | "fetch"
            | "find"
            | "get"
            | "list"
            | "remove"
            | "retrieve"
            | "send"
            | "update"
            | "upsert"
            | "validate"
            | "verify"
    )
}

/// Whether a segment only says how the one behind it is done: `/batch/create`.
pub(super) fn is_manner(words: &[String]) -> bool {
    matches!(words, [word] if matches!(word.as_str(), "batch" | "bulk" | "async"))
}

/// Whether a segment only says that an action follows: `/{id}/actions/cancel`.
pub(super) fn is_announcement(words: &[String]) -> bool {
    matches!(words, [word] if matches!(word.as_str(), "action" | "actions" | "operations" | "commands"))
}

/// Whether an operationId's first word says that it searches.
pub(super) fn is_search(word: &str) -> bool {
    matches!(word, "search" | "query" | "find" | "lookup" | "filter")
}
