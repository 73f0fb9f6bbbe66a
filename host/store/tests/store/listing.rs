//! Lists in parts, and texts that are checked.

use crate::support::{Place, base, name, queued};
use quarry_store::{Cursor, InvalidText, KnowledgeBaseId, Name, Page, RunId};

async fn a_list_is_read_in_parts_newest_first(place: Place) {
    let tenant = place.tenant(4).await;
    let mut made = Vec::new();
    for number in 0..23 {
        made.push(tenant.create_knowledge_base(base()).await.unwrap());
        // Several in the same millisecond.
        place.advance(u64::from(number % 3 == 0));
    }
    let mut read = Vec::new();
    let mut page = Page::first().limit(5);
    loop {
        let part = tenant.knowledge_bases(&page).await.unwrap();
        assert!(part.items.len() <= 5);
        read.extend(part.items);
        // What is added meanwhile stands before the parts that are still to come.
        place.advance(1);
        tenant.create_knowledge_base(base()).await.unwrap();
        let Some(next) = part.next else { break };
        let text = next.to_string();
        page = Page::after(text.parse().unwrap()).limit(5);
    }
    made.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    assert_eq!(read, made);
}

async fn a_full_last_part_has_none_after_it(place: Place) {
    let tenant = place.tenant(4).await;
    for _ in 0..4 {
        queued(&tenant).await;
    }
    let first = tenant.runs(&Page::first().limit(2)).await.unwrap();
    let second = tenant
        .runs(&Page::after(first.next.unwrap()).limit(2))
        .await
        .unwrap();
    assert_eq!((second.items.len(), second.next), (2, None));
    assert_eq!(
        tenant
            .runs(&Page::first().limit(0))
            .await
            .unwrap()
            .items
            .len(),
        1,
        "at least one"
    );
    assert_eq!(
        tenant
            .runs(&Page::first().limit(u32::MAX))
            .await
            .unwrap()
            .items
            .len(),
        4
    );
    let run = &second.items[0];
    let of_project = tenant
        .runs_of_project(&run.project, &Page::first())
        .await
        .unwrap();
    assert_eq!(&of_project.items, std::slice::from_ref(run));
    let tenants = place.operator().tenants(&Page::first()).await.unwrap();
    assert_eq!(tenants.items.len(), 1);
}

on_both!(
    a_list_is_read_in_parts_newest_first,
    a_full_last_part_has_none_after_it
);

#[test]
fn what_is_no_identifier_is_no_query() {
    let digits = "0123456789abcdef0123456789abcdef";
    let id: RunId = format!("run_{digits}").parse().unwrap();
    assert_eq!(id.to_string(), format!("run_{digits}"));
    let wrong = [
        "",
        "run_",
        digits,
        "run_0",
        &format!("op_{digits}"),
        &format!("run_{digits}0"),
        "run_%00' OR 1=1 --",
    ];
    for text in wrong
        .into_iter()
        .map(str::to_owned)
        .chain([format!("run_{digits}").to_uppercase()])
    {
        let error = text.parse::<RunId>().unwrap_err().to_string();
        assert!(error.contains("`run_`"), "{error}");
        assert!(serde_json::from_value::<KnowledgeBaseId>(text.into()).is_err());
    }
}

#[test]
fn a_cursor_is_read_as_it_was_written() {
    let text = "1800000000000.run_00ff";
    assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    for wrong in [
        "",
        ".",
        "1",
        "x.run_0",
        "1.run_0'",
        "1.RUN",
        "99999999999999999999.a",
        "1.\0",
    ] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_name_is_one_line_that_is_not_empty() {
    assert_eq!(name("Größe 商店").as_str(), "Größe 商店");
    assert_eq!("".parse::<Name>(), Err(InvalidText::Empty));
    assert_eq!(" \u{a0}".parse::<Name>(), Err(InvalidText::Empty));
    assert_eq!("a\nb".parse::<Name>(), Err(InvalidText::Control));
    assert_eq!("a\0".parse::<Name>(), Err(InvalidText::Control));
    assert_eq!("ß".repeat(200).parse::<Name>().map(|_| ()), Ok(()));
    assert_eq!("ß".repeat(201).parse::<Name>(), Err(InvalidText::TooLong));
}
