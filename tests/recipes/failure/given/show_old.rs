pub fn show(error: &dyn failure::Fail) {
    let causes: Vec<String> = error.iter_chain().map(|each| each.to_string()).collect();
    println!("{} | {:9} | {:?}", causes.join(" < "), error, error);
}
