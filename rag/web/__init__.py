"""The web chat's presentation: layout, rendering and session state; it retrieves nothing."""
