//! The singular of the nouns that APIs have, by our own small rules: what they say is part of tool names, which must
//! never change with a library, and which a start of the process must not wait for.

/// A word in lower case as its singular; one that is singular already, or unknown, stays.
pub(crate) fn singular(word: &str) -> String {
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return (*singular).to_owned();
    }
    if UNCHANGED.contains(&word) || word.len() <= 2 {
        return word.to_owned();
    }
    for (ending, instead) in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending) {
            return format!("{stem}{instead}");
        }
    }
    word.to_owned()
}

/// What endings become; the first that fits counts, so the longer ones come first.
const ENDINGS: &[(&str, &str)] = &[
    // Words that only look like plurals: address, status, analysis, logistics.
    ("ss", "ss"),
    ("us", "us"),
    ("sis", "sis"),
    ("tics", "tics"),
    // analyses, hypotheses
    ("lyses", "lysis"),
    ("theses", "thesis"),
    // Where the plural has an `e` of its own: processes, boxes, searches, statuses, but warehouses and clauses.
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("zzes", "zz"),
    ("ouses", "ouse"),
    ("auses", "ause"),
    ("uses", "us"),
    ("tatoes", "tato"),
    ("matoes", "mato"),
    ("eroes", "ero"),
    ("choes", "cho"),
    ("adoes", "ado"),
    ("goes", "go"),
    ("vetoes", "veto"),
    // shelves, wolves, halves, knives, wives, loaves
    ("elves", "elf"),
    ("olves", "olf"),
    ("halves", "half"),
    ("calves", "calf"),
    ("knives", "knife"),
    ("wives", "wife"),
    ("loaves", "loaf"),
    ("thieves", "thief"),
    ("ies", "y"),
    // salesmen, gentlemen; but specimen
    ("smen", "sman"),
    ("women", "woman"),
    ("lemen", "leman"),
    ("children", "child"),
    ("people", "person"),
    ("s", ""),
];

/// Plurals whose singular the endings do not give.
const IRREGULAR: &[(&str, &str)] = &[
    // Ends in a vowel or consonant that Latin and Greek left behind.
    ("addenda", "addendum"),
    ("alumni", "alumnus"),
    ("appendices", "appendix"),
    ("automata", "automaton"),
    ("bacteria", "bacterium"),
    ("codices", "codex"),
    ("crises", "crisis"),
    ("criteria", "criterion"),
    ("curricula", "curriculum"),
    ("data", "datum"),
    ("diagnoses", "diagnosis"),
    ("errata", "erratum"),
    ("foci", "focus"),
    ("indices", "index"),
    ("loci", "locus"),
    ("matrices", "matrix"),
    ("memoranda", "memorandum"),
    ("millennia", "millennium"),
    ("nuclei", "nucleus"),
    ("phenomena", "phenomenon"),
    ("prognoses", "prognosis"),
    ("radii", "radius"),
    ("schemata", "schema"),
    ("stimuli", "stimulus"),
    ("strata", "stratum"),
    ("syllabi", "syllabus"),
    ("symposia", "symposium"),
    ("synopses", "synopsis"),
    ("vertices", "vertex"),
    // Old English.
    ("dice", "die"),
    ("feet", "foot"),
    ("geese", "goose"),
    ("leaves", "leaf"),
    ("lives", "life"),
    ("men", "man"),
    ("mice", "mouse"),
    ("oxen", "ox"),
    ("teeth", "tooth"),
    // Ends in `s` before the plural's `es`.
    ("aliases", "alias"),
    ("atlases", "atlas"),
    ("biases", "bias"),
    ("canvases", "canvas"),
    ("gases", "gas"),
    ("irises", "iris"),
    ("lenses", "lens"),
    ("quizzes", "quiz"),
    // Ends in `e` before the plural's `s`.
    ("abuses", "abuse"),
    ("aches", "ache"),
    ("axes", "axis"),
    ("caches", "cache"),
    ("cliches", "cliche"),
    ("excuses", "excuse"),
    ("fuses", "fuse"),
    ("headaches", "headache"),
    ("misuses", "misuse"),
    ("niches", "niche"),
    ("refuses", "refuse"),
    ("reuses", "reuse"),
    ("tranches", "tranche"),
    ("uses", "use"),
    ("valves", "valve"),
    ("twelves", "twelve"),
    // Ends in `ie` before the plural's `s`.
    ("brownies", "brownie"),
    ("calories", "calorie"),
    ("cookies", "cookie"),
    ("freebies", "freebie"),
    ("goodies", "goodie"),
    ("hoodies", "hoodie"),
    ("lies", "lie"),
    ("movies", "movie"),
    ("newbies", "newbie"),
    ("pies", "pie"),
    ("rookies", "rookie"),
    ("selfies", "selfie"),
    ("smoothies", "smoothie"),
    ("ties", "tie"),
    // Ends in `u` before the plural's `s`.
    ("gurus", "guru"),
    ("menus", "menu"),
    ("skus", "sku"),
    ("submenus", "submenu"),
];

/// Words that look like plurals and are not, or that have no singular.
const UNCHANGED: &[&str] = &[
    "alias",
    "atlas",
    "aws",
    "axis",
    "basics",
    "bias",
    "canvas",
    "chaos",
    "cms",
    "corps",
    "css",
    "debris",
    "diabetes",
    "dhcps",
    "dns",
    "economics",
    "ellipsis",
    "gas",
    "gps",
    "headquarters",
    "https",
    "ios",
    "iris",
    "kudos",
    "lens",
    "mathematics",
    "means",
    "news",
    "paas",
    "physics",
    "pos",
    "premises",
    "saas",
    "scissors",
    "series",
    "sis",
    "sms",
    "sns",
    "species",
    "sqs",
    "tennis",
    "thanks",
    "tls",
    "tos",
    "ups",
    "vps",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_of_every_kind_become_singular() {
        for pair in "users user, replies reply, memories memory, searches search, inboxes inbox, statuses status, addresses address, \
                     processes process, classes class, dishes dish, warehouses warehouse, clauses clause, responses response, \
                     invoices invoice, devices device, cases case, databases database, purchases purchase, licenses license, \
                     sizes size, quizzes quiz, heroes hero, shoes shoe, photos photo, videos video, keys key, surveys survey, \
                     schemas schema, areas area, apis api, taxis taxi, emojis emoji, buses bus, bonuses bonus, curves curve, \
                     archives archive, objectives objective, shelves shelf, knives knife, analyses analysis, hypotheses hypothesis, \
                     indices index, matrices matrix, criteria criterion, data datum, people person, salespeople salesperson, \
                     children child, women woman, salesmen salesman, caches cache, skus sku, menus menu, movies movie, \
                     lenses lens, aliases alias, axes axis, ids id, ads ad, ips ip, taxes tax, batches batch, branches branch, \
                     categories category, companies company, countries country, currencies currency, histories history, \
                     purposes purpose, courses course, causes cause, exercises exercise, releases release, phases phase, \
                     moves move, values value, types type, files file, images image, messages message, exchanges exchange"
            .split(", ")
        {
            let (plural, expected) = pair.trim().split_once(' ').unwrap();
            assert_eq!(singular(plural), expected, "{plural}");
            // Whoever calls a resource by its singular keeps it, and doing it twice does no harm.
            assert_eq!(singular(expected), expected);
        }
    }

    #[test]
    fn what_is_no_plural_stays() {
        for word in "me whoami media metadata organization status bus canvas lens sms dns pos species axis analytics logistics news \
                     series process address analysis specimen information equipment js os us s es chassis oasis premises"
            .split_whitespace()
        {
            assert_eq!(singular(word), word);
        }
    }
}
