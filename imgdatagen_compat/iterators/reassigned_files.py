"""`ReassignableFiles`: file iterators whose `filenames` or `directory` are assigned after they were made."""

from __future__ import annotations

import os


class ReassignableFiles:
    """Re-points an iterator whose `filenames` or `directory` were assigned or edited, so that new labels never go with old files.

    The original keeps reading the old files then. A `_filepaths` that was itself changed is left alone, whatever the names say; and it
    changes when a batch or an order is made, not before, so that code which picks from both lists in turn picks once from each.
    """

    _built_from = None

    @property
    def filepaths(self):
        return self._filepaths

    def _set_filepaths(self):
        self._filepaths = [os.path.join(self.directory, filename) for filename in self.filenames]
        self._built_from = (self.directory, list(self.filenames), list(self._filepaths))

    def _follow_filenames(self, index_array=None):
        """Builds `_filepaths` anew if the names of these samples (None for all) are not those that it was built from."""
        if self._built_from is None:
            return
        directory, filenames, filepaths = self._built_from
        if self.directory == directory and _same_items(self.filenames, filenames, index_array):
            return
        if self._filepaths == filepaths:
            self._set_filepaths()

    def _set_index_array(self):
        self._follow_filenames()
        super()._set_index_array()

    def _get_batches_of_transformed_samples(self, index_array):
        self._follow_filenames(index_array)
        return super()._get_batches_of_transformed_samples(index_array)


def _same_items(items, others, index_array):
    if index_array is None or not isinstance(items, list) or len(items) != len(others):
        return list(items) == others
    # An index beyond the names is one of a longer `_filepaths`.
    return all(items[j] == others[j] for j in index_array if j < len(items))
