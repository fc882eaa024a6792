quick_error! {
    #[derive(Debug)]
    enum Described {
        A { description("a {} b") }
        B(err: io::Error) { description(err.description()) cause(err) from() }
        C(x: i32) { description("only") display("{}", x) }
        D
    }
}
