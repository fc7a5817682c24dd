//! Overlays: a variant says only what it changes, and the rest comes from the model it extends.
//!
//! Named entries merge key by key; a changed `value` drops the inherited `source` or `assumed`, since a
//! number's origin does not survive a change of the number; `[[evidence]]` merges by `id`; other lists are
//! replaced; `remove = ["reactions.block"]` removes. This file must never look at what an entry means beyond that.

use super::value::{Entry, Kind, Table, Value};
use crate::diagnostics::{Code, Diagnostic, Report, did_you_mean};

/// Sections whose keys are entries by name; all other tables (`[model]`) are merged as one entry.
const NAMED_SECTIONS: [&str; 11] = [
    "sources",
    "parameters",
    "states",
    "quantities",
    "reactions",
    "derivatives",
    "routes",
    "regimens",
    "perturbations",
    "events",
    "figures",
];

/// Lays `over` onto `base` and gives the merged table. `extends` and `remove` are consumed.
pub fn merge(mut base: Table, mut over: Table, report: &mut Report) -> Table {
    if let Some(entry) = over.entries.shift_remove("remove") {
        remove(&mut base, &entry.value, report);
    }
    over.entries.shift_remove("extends");
    base.entries.shift_remove("extends");
    for (key, entry) in over.entries {
        match (base.entries.get_mut(&key), entry.value.kind) {
            (Some(Entry { value: Value { kind: Kind::Table(old), .. }, .. }), Kind::Table(new)) => {
                if NAMED_SECTIONS.contains(&key.as_str()) {
                    merge_section(&key, old, new, report);
                } else {
                    merge_entry(old, new, key == "model");
                }
            }
            (Some(Entry { value: Value { kind: Kind::List(old), .. }, .. }), Kind::List(new)) if key == "evidence" => {
                merge_by_id(old, new);
            }
            (_, kind) => {
                let entry = Entry { key: entry.key, value: Value { kind, place: entry.value.place } };
                base.entries.insert(key, entry);
            }
        }
    }
    base
}

fn merge_section(section: &str, base: &mut Table, over: Table, report: &mut Report) {
    for (name, entry) in over.entries {
        match (base.entries.get_mut(&name), entry.value.kind) {
            (Some(old_entry), Kind::Table(new)) => {
                // What is wrong with the entry now was made wrong where it was changed.
                old_entry.key = entry.key;
                if let Kind::Table(old) = &mut old_entry.value.kind {
                    merge_entry(old, new, false);
                } else {
                    old_entry.value = Value { kind: Kind::Table(new), place: entry.value.place };
                }
            }
            (None, Kind::Table(new)) => {
                if let Some(lacking) = changes_only(section, &new) {
                    report.push(
                        Diagnostic::error(
                            Code::OverlayMissing,
                            format!("the overlay changes `{section}.{name}`, but the model it extends has none"),
                        )
                        .at(&entry.key, format!("a new entry would need `{lacking}`"))
                        .hint_if(
                            did_you_mean(&name, base.entries.keys().map(String::as_str))
                                .map(|near| format!("did you mean `{near}`?")),
                        ),
                    );
                    continue;
                }
                let value = Value { kind: Kind::Table(new), place: entry.value.place };
                base.entries.insert(name, Entry { key: entry.key, value });
            }
            (_, kind) => {
                let value = Value { kind, place: entry.value.place };
                base.entries.insert(name, Entry { key: entry.key, value });
            }
        }
    }
}

/// The key without which an entry can only be a change of an existing one.
fn changes_only(section: &str, entry: &Table) -> Option<&'static str> {
    let needed: &'static [&'static str] = match section {
        "parameters" => &["value", "unit"],
        "states" => &["unit"],
        "quantities" => &["is"],
        "reactions" => &["equation", "rate"],
        "routes" => &["into"],
        "events" => &["when"],
        _ => &[],
    };
    needed.iter().copied().find(|key| !entry.entries.contains_key(*key))
}

fn merge_entry(base: &mut Table, over: Table, is_model: bool) {
    if over.entries.contains_key("value") && !is_model {
        base.entries.shift_remove("source");
        base.entries.shift_remove("assumed");
    }
    for (given, dropped) in [("source", "assumed"), ("assumed", "source")] {
        if over.entries.contains_key(given) {
            base.entries.shift_remove(dropped);
        }
    }
    for (key, entry) in over.entries {
        base.entries.insert(key, entry);
    }
}

fn merge_by_id(base: &mut Vec<Value>, over: Vec<Value>) {
    for new in over {
        let id = id_of(&new).map(str::to_owned);
        match base.iter_mut().find(|old| id.is_some() && id_of(old) == id.as_deref()) {
            Some(old) => {
                if let (Kind::Table(old), Kind::Table(new)) = (&mut old.kind, new.kind) {
                    merge_entry(old, new, false);
                }
            }
            None => base.push(new),
        }
    }
}

fn id_of(value: &Value) -> Option<&str> {
    match &value.kind {
        Kind::Table(table) => match table.get("id") {
            Some(Value { kind: Kind::Text(id), .. }) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn remove(base: &mut Table, list: &Value, report: &mut Report) {
    let Kind::List(items) = &list.kind else {
        report.push(
            Diagnostic::error(Code::WrongType, "`remove` is a list of entries")
                .at(&list.place, format!("this is {}", list.type_name()))
                .hint("write `remove = [\"reactions.block\"]`"),
        );
        return;
    };
    for item in items {
        let Kind::Text(path) = &item.kind else {
            report.push(
                Diagnostic::error(Code::WrongType, "`remove` lists entries as text")
                    .at(&item.place, format!("this is {}", item.type_name())),
            );
            continue;
        };
        if remove_path(base, path) {
            continue;
        }
        let (section, name) = path.split_once('.').unwrap_or((path, ""));
        let near = base.table(section).map(|table| did_you_mean(name, table.entries.keys().map(String::as_str)));
        let hint = match near {
            None if name.is_empty() => sections_of(base, section)
                .or_else(|| did_you_mean(section, base.entries.keys().map(String::as_str)).map(str::to_string))
                .map(|near| format!("did you mean `{near}`?")),
            None => did_you_mean(section, base.entries.keys().map(String::as_str))
                .map(|near| format!("did you mean `{near}.{name}`?")),
            Some(near) => near.map(|near| format!("did you mean `{section}.{near}`?")),
        };
        report.push(
            Diagnostic::error(Code::OverlayMissing, format!("there is no `{path}` to remove"))
                .at(&item.place, "the model that is extended has no such entry")
                .hint_if(hint),
        );
    }
}

/// An entry of that name with its section, if there is one.
fn sections_of(base: &Table, name: &str) -> Option<String> {
    NAMED_SECTIONS
        .iter()
        .find(|section| base.table(section).is_some_and(|table| table.entries.contains_key(name)))
        .map(|section| format!("{section}.{name}"))
}

fn remove_path(base: &mut Table, path: &str) -> bool {
    match path.split_once('.') {
        None => base.entries.shift_remove(path).is_some(),
        Some(("evidence", id)) => match base.entries.get_mut("evidence").map(|entry| &mut entry.value.kind) {
            Some(Kind::List(list)) => {
                let before = list.len();
                list.retain(|one| id_of(one) != Some(id));
                list.len() < before
            }
            _ => false,
        },
        Some((section, rest)) => match base.entries.get_mut(section).map(|entry| &mut entry.value.kind) {
            Some(Kind::Table(table)) => remove_path(table, rest),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::parse;
    use super::*;
    use crate::diagnostics::SourceText;

    fn merged(base: &str, over: &str) -> (Table, Report) {
        let (base, _) = parse(&SourceText::new("base", base));
        let (over, _) = parse(&SourceText::new("over", over));
        let mut report = Report::default();
        (merge(base, over, &mut report), report)
    }

    #[test]
    fn a_changed_value_drops_its_origin() {
        let (table, report) = merged(
            "[parameters]\nCL = { value = 1, unit = \"L/h\", source = \"a\", about = \"clearance\" }\n",
            "extends = \"x\"\n[parameters]\nCL = { value = 2 }\n",
        );
        assert!(!report.has_errors());
        let clearance = table.table("parameters").unwrap().table("CL").unwrap();
        assert_eq!(clearance.entries.keys().collect::<Vec<_>>(), ["value", "unit", "about"].iter().collect::<Vec<_>>());
    }

    #[test]
    fn evidence_merges_by_id_and_lists_are_replaced() {
        let (table, _) = merged(
            "[[evidence]]\nid = \"a\"\nrows = [\"1\", \"2\"]\n[[evidence]]\nid = \"b\"\n",
            "[[evidence]]\nid = \"a\"\nrows = [\"3\"]\n[[evidence]]\nid = \"c\"\n",
        );
        let Kind::List(list) = &table.get("evidence").unwrap().kind else { panic!() };
        assert_eq!(list.iter().filter_map(id_of).collect::<Vec<_>>(), ["a", "b", "c"]);
        let Kind::Table(first) = &list[0].kind else { panic!() };
        assert!(matches!(&first.get("rows").unwrap().kind, Kind::List(rows) if rows.len() == 1));
    }

    #[test]
    fn removing_what_is_not_there_is_an_error_with_a_hint() {
        let (_, report) =
            merged("[reactions]\nblock = { equation = \"A -> B\", rate = \"1\" }\n", "remove = [\"reactions.blok\"]\n");
        assert_eq!(report.list[0].code, Code::OverlayMissing);
        assert_eq!(report.list[0].hints, ["did you mean `reactions.block`?"]);
    }

    #[test]
    fn a_name_without_its_section_is_found_in_it() {
        let (_, report) = merged("[quantities]\nampa = { is = \"1\" }\n", "remove = [\"ampa\"]\n");
        assert_eq!(report.list[0].hints, ["did you mean `quantities.ampa`?"]);
    }

    #[test]
    fn a_changed_entry_stands_where_it_was_changed() {
        let (table, _) = merged("[parameters]\nk = { value = 1, unit = \"1\" }\n", "[parameters]\nk = { value = 2 }\n");
        let place = &table.table("parameters").unwrap().entries["k"].key;
        assert_eq!(place.source.name, "over");
    }

    #[test]
    fn changing_what_is_not_there_is_an_error() {
        let (_, report) =
            merged("[parameters]\nV1 = { value = 1, unit = \"L\" }\n", "[parameters]\nV2 = { value = 2 }\n");
        assert_eq!(report.list[0].code, Code::OverlayMissing);
    }
}
