use super::*;
use crate::import::sample;

#[test]
fn corpus_names() {
    let Ok(list) = std::env::var("CORPUS") else { return };
    for file in list.split(',') {
        let text = std::fs::read_to_string(file).unwrap();
        let root: serde_json::Value = serde_json::from_str(&text).unwrap();
        let operations = sample::operations(&root);
        let shapes = sample::shapes(&root);
        let prefix = crate::naming::snake_case(file.rsplit('/').next().unwrap().split('.').next().unwrap());
        let names = names(&operations, &shapes, &prefix);
        println!("=== {file}");
        for ((operation, name), shape) in operations.iter().zip(&names).zip(&shapes) {
            let tool = name.tool_name.clone().map_or_else(String::new, |name| format!("   [{name}]"));
            let shape = shape.as_ref().map_or(String::new(), |s| format!("  list={}", s.records.as_deref().unwrap_or("array")));
            println!("{:60} {}.{}{tool}{shape}", operation.label(), name.resource, name.method);
        }
    }
}
