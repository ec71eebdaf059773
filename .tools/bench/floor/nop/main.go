// Command nop is the least that a Go program can do: it ends.
package main

func main() {}
